#pragma once

#include "process/file_descriptor.hpp"

#include <optional>
#include <signal.h>

namespace tranche::runner {

/// The signals of the runner. Made once, in main, before any thread starts: the others inherit its
/// mask. SIGTERM, SIGINT and SIGHUP are blocked and read here, except those that were ignored when
/// the program started (nohup stays nohup). SIGPIPE is ignored; SIGCHLD is not, whatever the caller
/// left behind, or no child could be waited for. The destructor puts everything back.
class SignalWaiter {
 public:
  SignalWaiter();
  ~SignalWaiter();
  SignalWaiter(const SignalWaiter&) = delete;
  SignalWaiter& operator=(const SignalWaiter&) = delete;

  /// Those that a command must find ignored, as it would without the runner.
  const sigset_t& ignored_at_start() const { return ignored_; }

  /// Waits for a signal, or until `done_fd` is readable (empty). Main thread.
  std::optional<int> wait(int done_fd);

 private:
  sigset_t ignored_;
  sigset_t old_mask_;
  struct sigaction old_pipe_;
  struct sigaction old_child_;
  FileDescriptor fd_;
};

}  // namespace tranche::runner
