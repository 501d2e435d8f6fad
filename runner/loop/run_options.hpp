#pragma once

#include "observe/adapter_choice.hpp"

#include "tranche/database_url.hpp"
#include "tranche/inventory.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tranche::runner {

/// How a run shows how far it is.
enum class ProgressKind { none, bar, log };

/// What `tranche run` was asked to do.
struct RunOptions {
  std::string job;
  std::string window{kIncremental};
  Limits limits;
  RetryMode retry = RetryMode::first;
  std::optional<std::int64_t> iterations = 1;  ///< unset: all
  int jobs = 1;
  bool ordered = false;  ///< one batch in flight; nothing newer while one is unfinished
  bool follow = false;
  Duration poll = std::chrono::seconds(5);
  std::optional<Duration> run_for;  ///< no batch is started after that
  Duration min_interval{};          ///< from one start to the next, whichever worker's
  std::optional<double> max_rate;   ///< weight a second, on the average
  std::string probe;                ///< for sh; a status that is not 0 ends the run; empty: none
  std::optional<Duration> timeout;
  Duration grace = std::chrono::seconds(10);
  std::optional<Duration> lease;
  int start_retries = 3;
  int max_failures = 3;  ///< in a row; 0: no limit
  std::optional<int> empty_exit_code;
  std::string summary;  ///< file; "-": standard output; empty: none
  std::filesystem::path log_directory;
  bool items_nul = false;  ///< items file separated by NUL bytes
  ProgressKind progress = ProgressKind::none;
  Duration progress_interval = std::chrono::seconds(30);  ///< of the lines in the log
  AdapterChoice adapters;
  Identity identity;  ///< the orchestrator's names for this run
  std::vector<std::string> command;
};

}  // namespace tranche::runner
