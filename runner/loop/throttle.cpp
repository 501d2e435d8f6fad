#include "loop/throttle.hpp"

#include "log.hpp"
#include "process/apart.hpp"
#include "process/clocks.hpp"

#include "tranche/exit_policy.hpp"

#include <cmath>
#include <unistd.h>

namespace tranche::runner {
namespace {

// Beyond this nobody waits for a start; it keeps the sum of many from running over.
constexpr double kLongestSeconds = 1e8;

std::vector<std::string> own_environment() {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    variables.emplace_back(*variable);
  }
  return variables;
}

}  // namespace

Throttle::Throttle(const RunOptions& options, const StopSource& stop, CommandRunner& commands)
    : options_(options),
      stop_(stop),
      commands_(commands),
      needed_(options.run_for || options.min_interval > Duration::zero() || options.max_rate ||
              !options.probe.empty()),
      until_(options.run_for ? monotonic_now() + *options.run_for : kNever) {}

std::optional<Duration> Throttle::left() const {
  if (until_ == kNever) {
    return std::nullopt;
  }
  return std::max(Duration::zero(), std::chrono::ceil<Duration>(until_ - monotonic_now()));
}

std::optional<Throttle::Turn> Throttle::take_turn() {
  Turn turn;
  if (!needed_) {
    return turn;
  }
  turn.lock_ = std::unique_lock(turn_);
  if (ended_ || stop_.requested() || !wait_for_start() || !probe()) {
    return std::nullopt;
  }
  turn.throttle_ = this;
  return turn;
}

bool Throttle::end(const std::string& why) {
  ended_ = true;
  log::info(why + ", so the run ends");
  return false;
}

bool Throttle::wait_for_start() {
  const auto start = std::min(next_start_, until_);
  for (auto now = monotonic_now(); now < start && !stop_.requested(); now = monotonic_now()) {
    wait_for_any({stop_.fd()}, std::chrono::ceil<Duration>(start - now));
  }
  if (stop_.requested()) {
    return false;
  }
  return monotonic_now() < until_ || end("its time (--for) is over");
}

bool Throttle::probe() {
  if (options_.probe.empty()) {
    return true;
  }
  CommandSpec spec;
  // Standard output is the job command's.
  spec.argv = {"/bin/sh", "-c", "exec 1>&2\n" + options_.probe};
  spec.environment = own_environment();
  spec.grace = options_.grace;
  Watch watch;
  const CommandResult result = commands_.run(spec, watch);
  using Kind = CommandResult::Kind;
  if (stop_.requested() || result.kind == Kind::stopped) {
    return false;
  }
  if (result.kind == Kind::exited && result.exit_code == 0) {
    return true;
  }
  return end("the probe of --while " +
             (result.kind == Kind::exited      ? "exits " + std::to_string(result.exit_code)
              : result.kind == Kind::signalled ? "was ended by " + signal_name(result.signal)
                                               : std::string("could not be started")));
}

void Throttle::Turn::charge(double weight) {
  if (throttle_ == nullptr) {
    return;
  }
  const RunOptions& options = throttle_->options_;
  std::chrono::nanoseconds pause = options.min_interval;
  if (options.max_rate) {
    const double seconds = std::min(weight / *options.max_rate, kLongestSeconds);
    pause = std::max(
        pause,
        std::chrono::round<std::chrono::nanoseconds>(std::chrono::duration<double>(seconds)));
  }
  throttle_->next_start_ = monotonic_now() + pause;
}

}  // namespace tranche::runner
