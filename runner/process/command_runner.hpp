#pragma once

#include "process/command_result.hpp"
#include "process/watch.hpp"

#include "tranche/units.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tranche::runner {

inline constexpr Duration kDefaultGrace = std::chrono::seconds(10);

struct CommandSpec {
  /// Not empty. argv[0] without a slash is looked up in the PATH of the runner, not of
  /// `environment`, as `env` does.
  std::vector<std::string> argv;
  /// The whole environment, "NAME=value".
  std::vector<std::string> environment;
  std::optional<Duration> timeout;
  /// From the first signal to SIGKILL; 0 sends SIGKILL at once.
  Duration grace = kDefaultGrace;
  /// Where not empty, both streams are also appended to <log_name>.out and <log_name>.err in it.
  std::filesystem::path log_directory;
  std::string log_name;
  /// Where not empty, every line of both streams begins with it, and lines of different commands
  /// are never mixed.
  std::string line_prefix;
  /// Where not empty, sees each piece of standard error before it is passed on. Must return at once
  /// and not throw.
  std::function<void(std::string_view)> see_error;
  /// The same for standard output, which then passes through the runner.
  std::function<void(std::string_view)> see_output;
  /// Standard output passes through the runner, too.
  bool carry_output = false;
};

/// The seam between the loop and processes; a fake stands here in tests of the loop.
class CommandRunner {
 public:
  virtual ~CommandRunner() = default;

  /// Runs one command to its end.
  /// Errors:  ErrorCode::refused where a log file cannot be opened, ErrorCode::internal where the
  /// system is out of
  ///          descriptors or memory; a command that cannot be executed is a result, not an error.
  /// Threads: any number at once, each with its own Watch.
  virtual CommandResult run(const CommandSpec& spec, Watch& watch) = 0;
};

}  // namespace tranche::runner
