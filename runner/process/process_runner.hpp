#pragma once

#include "process/command_runner.hpp"
#include "process/file_descriptor.hpp"
#include "process/guard.hpp"
#include "process/sink.hpp"
#include "process/stop_source.hpp"

#include <signal.h>
#include <unistd.h>

namespace tranche::runner {

struct ProcessRunnerOptions {
  /// What commands find ignored: SignalWaiter::ignored_at_start().
  sigset_t ignored_signals{};
  int output = STDOUT_FILENO;
  int error = STDERR_FILENO;
};

/// Runs commands as real processes, as timeout and env do.
///
/// Process: a process group of its own; standard input is /dev/null; no other descriptors than 0, 1
/// and 2; no signal is
///          blocked, and only those are ignored that were when tranche began.
/// Output:  standard output is the runner's own, untouched (a terminal stays one), unless a log
/// directory or a prefix is
///          asked for; then it passes through a pipe, as standard error always does. Nothing is
///          lost or reordered within a stream, and written on at once. When nobody reads the
///          runner's stream any more, the rest is dropped and the command goes on.
/// Ending:  a stop request is forwarded to the group; a time-out or a lost lease sends SIGTERM;
/// SIGKILL follows after
///          the grace, also to what is left of the group when the command itself has ended by then.
///          A command that ends unasked leaves its background processes alone; but they lose the
///          pipe of their standard error.
/// Waiting: for the process, not for the end of its output.
/// SIGPIPE must be ignored and SIGCHLD must not (SignalWaiter sees to both).
class ProcessRunner : public CommandRunner {
 public:
  /// `guard` may be null: then a killed runner leaves its commands running.
  ProcessRunner(const StopSource& stop, Guard* guard, const ProcessRunnerOptions& options);

  CommandResult run(const CommandSpec& spec, Watch& watch) override;

 private:
  const StopSource& stop_;
  Guard* guard_;
  ProcessRunnerOptions options_;
  FileDescriptor null_;
  Sink output_;
  Sink error_;
};

}  // namespace tranche::runner
