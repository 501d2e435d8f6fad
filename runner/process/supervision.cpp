#include "process/supervision.hpp"

#include "process/clocks.hpp"
#include "process/process_group.hpp"

#include <algorithm>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

namespace tranche::runner {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

/// Systemd and argoexec signal the command together with the runner, and the command may end first.
constexpr nanoseconds kOwnSignalWait = milliseconds(200);
/// How often a group whose leader has ended is looked at.
constexpr nanoseconds kGroupInterval = milliseconds(20);
/// How long to wait for a killed group to be gone: a process may hang in the kernel.
constexpr nanoseconds kKilledGroupWait = std::chrono::seconds(2);
/// How often further stop signals are looked for: the event of the first one stays readable.
constexpr nanoseconds kStopInterval = milliseconds(50);
/// How often a command is looked at where the kernel has no pidfd.
constexpr nanoseconds kPollInterval = milliseconds(10);

nanoseconds after(nanoseconds moment, nanoseconds duration) {
  return moment > kNever - duration ? kNever : moment + duration;
}

int poll_timeout(nanoseconds left) {
  constexpr nanoseconds kLongest = std::chrono::hours(1);
  const nanoseconds bounded = std::clamp(left, nanoseconds(0), kLongest);
  return static_cast<int>(std::chrono::ceil<milliseconds>(bounded).count());
}

/// Of a child that has ended.
siginfo_t end_of(const Child& child) {
  siginfo_t info{};
  waitid(P_PID, static_cast<id_t>(child.pid()), &info, WEXITED | WNOHANG | WNOWAIT);
  return info;
}

/// By the signal itself, or by an exit status that reports it, as shells and the JVM do.
bool ended_by_stop_signal(const Child& child) {
  const siginfo_t info = end_of(child);
  const int number = info.si_code == CLD_EXITED ? info.si_status - 128 : info.si_status;
  return number == SIGTERM || number == SIGINT || number == SIGHUP;
}

}  // namespace

Supervision::Supervision(const CommandSpec& spec,
                         const StopSource& stop,
                         Watch& watch,
                         Child& child,
                         Guard* guard,
                         Pumps& pumps)
    : spec_(spec),
      stop_(stop),
      watch_(watch),
      child_(child),
      guard_(guard),
      pumps_(pumps),
      grace_(spec.grace),
      timeout_at_(spec.timeout ? after(monotonic_now(), *spec.timeout) : kNever),
      kill_at_(kNever),
      deadline_seen_(kNever),
      guard_at_(plan_lease_end(watch.deadline(), watch.lease(), grace_).guard_at) {}

Ending Supervision::until_end() {
  while (!child_.ended()) {
    act();
    wait(kNever, true);
  }
  timeout_at_ = kNever;
  lease_lost_ = lease_lost_ || killed_by_guard();
  wait_for_own_signal();
  until_group_is_empty();
  kill_at_ = kNever;
  for (const auto& pump : pumps_) {
    pump->end_with_what_is_there();
  }
  return child_.reap();
}

void Supervision::act() {
  forward_stop_signals();
  watch_lease();
  watch_time();
}

void Supervision::forward_stop_signals() {
  for (const int signal : stop_.signals_after(stop_signals_seen_)) {
    ++stop_signals_seen_;
    stop_signal_ = stop_signal_ == 0 ? signal : stop_signal_;
    terminate(signal, grace_);
  }
}

void Supervision::watch_lease() {
  watch_.acknowledge();
  const nanoseconds deadline = watch_.deadline();
  const LeasePlan plan = plan_lease_end(deadline, watch_.lease(), grace_);
  if (guard_ != nullptr && deadline != deadline_seen_) {
    guard_->watch(child_.pid(), grace_, plan.guard_at);
    guard_at_ = plan.guard_at;
  }
  deadline_seen_ = deadline;
  const nanoseconds now = boot_now();
  if (!lease_lost_ && (watch_.lease_lost() || now >= plan.terminate_at)) {
    lease_lost_ = true;
    terminate(SIGTERM, watch_.lease_lost() ? grace_ : plan.kill_at - plan.terminate_at);
  }
  if (now >= plan.kill_at) {
    kill_group();
  }
  lease_timer_.set(killed_ ? kNever : lease_lost_ ? plan.kill_at : plan.terminate_at);
}

void Supervision::watch_time() {
  const nanoseconds now = monotonic_now();
  if (now >= timeout_at_ && !told_to_end()) {
    timed_out_ = true;
    terminate(SIGTERM, grace_);
  }
  if (now >= kill_at_) {
    kill_group();
  }
}

void Supervision::terminate(int signal, nanoseconds grace) {
  kill_at_ = std::min(kill_at_, after(monotonic_now(), grace));
  if (!killed_) {
    signal_group(child_.pid(), signal);
  }
}

void Supervision::kill_group() {
  if (!killed_) {
    killed_ = true;
    kill_at_ = kNever;
    signal_group(child_.pid(), SIGKILL);
  }
}

void Supervision::wait_for_own_signal() {
  if (told_to_end() || !ended_by_stop_signal(child_)) {
    return;
  }
  const nanoseconds until = monotonic_now() + kOwnSignalWait;
  for (nanoseconds now = monotonic_now(); now < until && !told_to_end(); now = monotonic_now()) {
    wait(until - now, false);
    act();
  }
}

/// A runner that was stopped or slept wakes up to a command that ended with its lease: that is no
/// failure of the command's.
bool Supervision::killed_by_guard() const {
  const siginfo_t info = end_of(child_);
  return guard_ != nullptr && info.si_code == CLD_KILLED && info.si_status == SIGKILL &&
         boot_now() >= guard_at_;
}

/// Only where the command was told to end: what a command leaves behind by itself is its own
/// affair.
void Supervision::until_group_is_empty() {
  nanoseconds give_up_at = kNever;
  while (told_to_end() && monotonic_now() < give_up_at && group_outlives(child_.pid())) {
    act();
    if (killed_ && give_up_at == kNever) {
      give_up_at = monotonic_now() + kKilledGroupWait;
    }
    wait(kGroupInterval, false);
  }
}

void Supervision::deliver_output() {
  nanoseconds give_up_at = kNever;
  const auto busy = [](const auto& pump) { return pump->busy(); };
  for (const auto& pump : pumps_) {
    pump->step();
  }
  while (std::any_of(pumps_.begin(), pumps_.end(), busy)) {
    watch_.acknowledge();
    const LeasePlan plan = plan_lease_end(watch_.deadline(), watch_.lease(), grace_);
    lease_timer_.set(plan.kill_at);
    if (give_up_at == kNever && (told_to_end() || stop_.requested())) {
      give_up_at = after(monotonic_now(), grace_);
    }
    const nanoseconds now = monotonic_now();
    if (now >= give_up_at || watch_.lease_lost() || boot_now() >= plan.kill_at) {
      return;
    }
    stop_signals_seen_ = stop_.signals_after(0).size();
    wait(give_up_at == kNever ? kNever : give_up_at - now, false);
  }
}

nanoseconds Supervision::next_moment() const {
  return std::min(told_to_end() ? kNever : timeout_at_, kill_at_);
}

void Supervision::wait(nanoseconds longest, bool for_child) {
  std::vector<pollfd> fds;
  fds.push_back({watch_.fd(), POLLIN, 0});
  fds.push_back({lease_timer_.fd(), POLLIN, 0});
  if (stop_signals_seen_ == 0) {
    fds.push_back({stop_.fd(), POLLIN, 0});
  } else {
    longest = std::min(longest, kStopInterval);
  }
  if (for_child && child_.pidfd() >= 0) {
    fds.push_back({child_.pidfd(), POLLIN, 0});
  } else if (for_child) {
    longest = std::min(longest, kPollInterval);
  }
  for (const auto& pump : pumps_) {
    if (pump->busy()) {
      fds.push_back(pump->interest());
    }
  }
  const nanoseconds next = next_moment();
  if (next != kNever) {
    longest = std::min(longest, next - monotonic_now());
  }
  poll(fds.data(), fds.size(), poll_timeout(longest));
  for (const auto& pump : pumps_) {
    pump->step();
  }
}

}  // namespace tranche::runner
