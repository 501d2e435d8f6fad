#pragma once

#include "process/boot_timer.hpp"
#include "process/child.hpp"
#include "process/command_runner.hpp"
#include "process/output_pump.hpp"
#include "process/stop_source.hpp"

#include <chrono>
#include <memory>
#include <vector>

namespace tranche::runner {

using Pumps = std::vector<std::unique_ptr<OutputPump>>;

/// Watches one command to its end, and ends it when its time, its lease or the runner's time is up.
class Supervision {
 public:
  Supervision(const CommandSpec& spec,
              const StopSource& stop,
              Watch& watch,
              Child& child,
              Guard* guard,
              Pumps& pumps);

  /// Until the command has ended and nothing that was told to end is left of its group.
  Ending until_end();
  /// Until what the command wrote is delivered, the lease ends, or a grace after the runner was
  /// told to stop.
  void deliver_output();

  bool timed_out() const { return timed_out_; }
  bool lease_lost() const { return lease_lost_; }
  /// The first signal by which the runner was told to stop; 0: none.
  int stop_signal() const { return stop_signal_; }

 private:
  void act();
  void forward_stop_signals();
  void watch_lease();
  void watch_time();
  void terminate(int signal, std::chrono::nanoseconds grace);
  void kill_group();
  bool told_to_end() const { return timed_out_ || lease_lost_ || stop_signal_ != 0; }
  void wait_for_own_signal();
  bool killed_by_guard() const;
  void until_group_is_empty();
  void wait(std::chrono::nanoseconds longest, bool for_child);
  std::chrono::nanoseconds next_moment() const;

  const CommandSpec& spec_;
  const StopSource& stop_;
  Watch& watch_;
  Child& child_;
  Guard* guard_;
  Pumps& pumps_;
  BootTimer lease_timer_;

  std::chrono::nanoseconds grace_;
  std::chrono::nanoseconds timeout_at_;
  std::chrono::nanoseconds kill_at_;
  std::chrono::nanoseconds deadline_seen_;
  std::chrono::nanoseconds guard_at_;  ///< when the guard would kill the group
  std::size_t stop_signals_seen_ = 0;
  int stop_signal_ = 0;
  bool timed_out_ = false;
  bool lease_lost_ = false;
  bool killed_ = false;
};

}  // namespace tranche::runner
