#pragma once

#include "loop/batch_files.hpp"
#include "loop/run_options.hpp"

#include "tranche/types.hpp"

#include <map>
#include <string>
#include <vector>

namespace tranche::runner {

/// What a command is told about its batch (CONTRACT: "What the job command sees").
struct BatchView {
  const Batch& batch;
  const BatchFiles& files;
  std::string range_sql;
  std::int64_t iteration = 0;
  std::string iterations;  ///< a number or "all"
  SourcePlace source{};    ///< empty without observers
};

/// The whole environment of the command: the runner's own with the batch's variables over it. A
/// value that is too long for the environment is left out; it stands in the batch file.
std::vector<std::string> command_environment(const BatchView& view);

/// What `{first_key}` and the like stand for.
using PlaceholderValues = std::map<std::string, std::string, std::less<>>;
PlaceholderValues placeholder_values(const BatchView& view);

/// The command with them replaced.
std::vector<std::string> command_arguments(const std::vector<std::string>& command,
                                           const PlaceholderValues& values);

}  // namespace tranche::runner
