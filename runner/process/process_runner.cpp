#include "process/process_runner.hpp"

#include "process/clocks.hpp"
#include "process/spawn.hpp"
#include "process/supervision.hpp"

#include "tranche/error.hpp"

#include <cassert>
#include <cerrno>
#include <fcntl.h>
#include <memory>
#include <sys/wait.h>
#include <system_error>

namespace tranche::runner {
namespace {

FileDescriptor open_log(const CommandSpec& spec, const char* suffix) {
  if (spec.log_directory.empty()) {
    return {};
  }
  const std::filesystem::path path = spec.log_directory / (spec.log_name + suffix);
  FileDescriptor log(open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
  if (!log) {
    throw Error(
        ErrorCode::refused,
        "cannot write log file " + path.string() + ": " + std::generic_category().message(errno));
  }
  return log;
}

/// The pipes of a command: pumps here, the other ends for the child.
struct Streams {
  Pumps pumps;
  FileDescriptor output;  ///< none: the child has the runner's own
  FileDescriptor error;
};

FileDescriptor add_pump(Pumps& pumps, const CommandSpec& spec, Sink& sink, const char* suffix) {
  Pipe pipe = make_pipe();
  pumps.push_back(std::make_unique<OutputPump>(
      std::move(pipe.read), sink, open_log(spec, suffix), spec.line_prefix));
  return std::move(pipe.write);
}

Streams open_streams(const CommandSpec& spec, Sink& output, Sink& error) {
  Streams streams;
  streams.error = add_pump(streams.pumps, spec, error, ".err");
  streams.pumps.front()->show_to(spec.see_error);
  if (!spec.log_directory.empty() || !spec.line_prefix.empty() || spec.see_output ||
      spec.carry_output) {
    streams.output = add_pump(streams.pumps, spec, output, ".out");
    streams.pumps.back()->show_to(spec.see_output);
  }
  return streams;
}

Duration to_duration(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) +
         std::chrono::duration_cast<Duration>(std::chrono::microseconds(time.tv_usec));
}

void describe(const Ending& ending, CommandResult& result) {
  using Kind = CommandResult::Kind;
  if (WIFEXITED(ending.status)) {
    result.kind = Kind::exited;
    result.exit_code = WEXITSTATUS(ending.status);
  } else {
    result.kind = Kind::signalled;
    result.signal = WTERMSIG(ending.status);
  }
  result.user_time = to_duration(ending.usage.ru_utime);
  result.system_time = to_duration(ending.usage.ru_stime);
  result.max_rss_kib = ending.usage.ru_maxrss;
}

void judge(const Supervision& supervision, CommandResult& result) {
  using Kind = CommandResult::Kind;
  if (supervision.lease_lost()) {
    result.kind = Kind::lease_lost;
  } else if (supervision.stop_signal() != 0 && result.exit_code != 0) {
    result.kind = Kind::stopped;
    result.signal = supervision.stop_signal();
  } else if (supervision.timed_out()) {
    result.kind = Kind::timed_out;
  }
}

CommandResult stopped_before_start(int signal) {
  CommandResult result;
  result.kind = CommandResult::Kind::stopped;
  result.signal = signal;
  return result;
}

}  // namespace

ProcessRunner::ProcessRunner(const StopSource& stop,
                             Guard* guard,
                             const ProcessRunnerOptions& options)
    : stop_(stop),
      guard_(guard),
      options_(options),
      null_(open_null()),
      output_(options.output),
      error_(options.error) {}

CommandResult ProcessRunner::run(const CommandSpec& spec, Watch& watch) {
  assert(!spec.argv.empty());
  if (stop_.requested()) {
    return stopped_before_start(stop_.signal());
  }
  Streams streams = open_streams(spec, output_, error_);
  const auto started_at = monotonic_now();
  Spawned spawned = spawn({spec.argv,
                           spec.environment,
                           null_.get(),
                           streams.output ? streams.output.get() : options_.output,
                           streams.error.get(),
                           options_.ignored_signals,
                           guard_,
                           spec.grace,
                           plan_lease_end(watch.deadline(), watch.lease(), spec.grace).guard_at});
  streams.output.reset();
  streams.error.reset();
  CommandResult result;
  result.start_errno = spawned.error;
  if (spawned.pid < 0) {
    return result;
  }
  const bool started = spawned.error == 0;
  Child child(std::move(spawned), guard_);
  if (!started) {
    child.reap();
    return result;
  }
  Supervision supervision(spec, stop_, watch, child, guard_, streams.pumps);
  describe(supervision.until_end(), result);
  judge(supervision, result);
  result.elapsed = std::chrono::duration_cast<Duration>(monotonic_now() - started_at);
  supervision.deliver_output();
  result.stderr_tail = streams.pumps.front()->tail();
  for (const auto& pump : streams.pumps) {
    result.log_errno = result.log_errno != 0 ? result.log_errno : pump->log_errno();
  }
  return result;
}

}  // namespace tranche::runner
