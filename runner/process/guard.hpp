#pragma once

#include "process/file_descriptor.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <sys/types.h>

namespace tranche::runner {

/// What the guard is told; one datagram each.
struct GuardMessage {
  enum class What : std::int32_t { watch, forget };

  What what;
  pid_t group;
  std::chrono::nanoseconds grace;  ///< from SIGTERM to SIGKILL once the runner is gone
  std::chrono::nanoseconds
      kill_at;  ///< on CLOCK_BOOTTIME, whether the runner is there or not; kNever: no such moment
};

/// A process that outlives the runner by a moment and ends its commands: PR_SET_PDEATHSIG would
/// reach the command alone, not its children, and fires already when the thread that started it
/// ends. When the runner is gone, however it went, each watched group receives SIGTERM, and SIGKILL
/// after its grace. A group whose `kill_at` passes is killed even while the runner exists: a
/// stopped runner cannot keep its lease. Where the guard itself was killed, commands run unguarded.
/// Threads: watch and forget from any.
class Guard {
 public:
  /// Forks: before any thread, database connection or log file exists. `folder`, where not empty,
  /// is absolute and removed when all is over: a killed runner cannot do that.
  explicit Guard(const std::filesystem::path& folder = {});
  /// Ends the guard and waits for it; nothing is killed.
  ~Guard();
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  /// Repeated for a group: replaces its grace and kill_at.
  void watch(pid_t group, std::chrono::nanoseconds grace, std::chrono::nanoseconds kill_at);
  /// Must be called before the group's leader is reaped: from then on its number can belong to
  /// anybody.
  void forget(pid_t group);

  /// A new process sends its own `watch` through this before it becomes the command, so that no
  /// moment is unguarded.
  int socket() const { return socket_.get(); }
  pid_t pid() const { return pid_; }

 private:
  FileDescriptor socket_;
  pid_t pid_ = -1;
};

/// The life of the guard process.
[[noreturn]] void run_guard(FileDescriptor socket, const std::filesystem::path& folder);

}  // namespace tranche::runner
