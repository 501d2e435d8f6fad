#pragma once

#include "loop/report_file.hpp"
#include "process/command_result.hpp"

#include "tranche/inventory.hpp"

#include <optional>
#include <string>

namespace tranche::runner {

/// How an attempt ended, for the inventory and for the runner's own exit status.
struct Verdict {
  std::optional<ReleaseRequest> release;  ///< empty: the lease is lost, nothing is recorded
  int status = 0;                         ///< of the command, by the convention of env and timeout
  int attempt = 0;                        ///< the attempt's number
  std::string told;                       ///< "succeeded", "failed with exit status 3", ...
  Duration elapsed{};                     ///< of the command
  Identity names;                         ///< what the command was called where it ran
  ItemsDone items;                        ///< of a batch that was not done as a whole
};

/// How the inventory calls that end; `after`: the batch as the release left it.
Outcome outcome_of(const Batch& after, const Verdict& verdict);

/// Judges by the order of CONTRACT's fine print.
Verdict judge(const CommandResult& result, const Report& report, Outputs outputs);

}  // namespace tranche::runner
