#pragma once

#include "process/file_descriptor.hpp"
#include "process/guard.hpp"

#include <chrono>
#include <signal.h>
#include <string>
#include <sys/types.h>
#include <vector>

namespace tranche::runner {

struct SpawnRequest {
  const std::vector<std::string>& argv;
  const std::vector<std::string>& environment;
  /// Become 0, 1 and 2 of the child; it has no others.
  int input;
  int output;
  int error;
  /// Stay ignored in the child; all others get their default, and none is blocked.
  const sigset_t& ignored_signals;
  /// Told of the child's group before the command begins; null: nobody is.
  const Guard* guard;
  std::chrono::nanoseconds grace;
  std::chrono::nanoseconds kill_at;
};

struct Spawned {
  pid_t pid = -1;        ///< -1: no process was made
  FileDescriptor pidfd;  ///< none on kernels before 5.2
  int error = 0;  ///< not 0: the command did not start; a process that was made has ended and must
                  ///< be reaped
};

/// Starts a command as the leader of a process group of its own. Lookup in PATH, and /bin/sh for a
/// script without "#!", as execvp does. posix_spawn would not do: the guard must know the group
/// before the command runs, and only the child itself can tell.
Spawned spawn(const SpawnRequest& request);

/// The files that execvp would try, in its order.
std::vector<std::string> exec_candidates(const std::string& command);

}  // namespace tranche::runner
