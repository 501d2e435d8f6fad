#pragma once

#include "process/process_runner.hpp"
#include "process/signals.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <signal.h>
#include <string>
#include <vector>

namespace tranche::runner {

/// Longer than anything here takes, even under a sanitizer on a busy machine: it only bounds
/// failures.
inline constexpr auto kPatience = std::chrono::seconds(30);

/// Polls `condition` until it holds; false when patience ends.
bool eventually(const std::function<bool()>& condition);
/// The state letter of /proc/PID/stat; 0 where there is no such process.
char state_of(pid_t pid);
inline bool is_running(pid_t pid) {
  return state_of(pid) != 0 && state_of(pid) != 'Z';
}
std::size_t open_descriptors();
std::string read_file(const std::filesystem::path& path);

/// A folder of its own for each test, and a fifo in it through which children report.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  std::filesystem::path path(const std::string& name) const { return directory_ / name; }
  /// The next line that a child writes to "$FIFO"; fails the test when none comes.
  std::string next_line();

 private:
  std::filesystem::path directory_;
  FileDescriptor fifo_;
  std::string received_;
};

/// A runner whose own streams go to files.
struct ProcessFixture {
  explicit ProcessFixture(Guard* guard = nullptr);

  /// `sh -c script` with FIFO and DIR in its environment.
  CommandSpec shell(const std::string& script) const;
  CommandResult run(const CommandSpec& spec) { return runner.run(spec, watch); }

  std::string output() const { return read_file(scratch.path("stdout")); }
  std::string error() const { return read_file(scratch.path("stderr")); }

  Scratch scratch;
  SignalWaiter signals;
  StopSource stop;
  Watch watch;
  FileDescriptor output_file;
  FileDescriptor error_file;
  ProcessRunner runner;
};

}  // namespace tranche::runner
