#pragma once

#include "loop/run_options.hpp"
#include "process/command_runner.hpp"
#include "process/stop_source.hpp"

#include <atomic>
#include <mutex>
#include <optional>

namespace tranche::runner {

/// When the workers of one run may start their next batch: --for, --min-interval, --max-rate and
/// --while. They take turns, so that what one starts counts before the next one looks.
/// Threads: any.
class Throttle {
 public:
  Throttle(const RunOptions& options, const StopSource& stop, CommandRunner& commands);

  class Turn {
   public:
    /// A batch of this weight is started.
    void charge(double weight);

   private:
    friend class Throttle;
    Throttle* throttle_ = nullptr;  ///< null: nobody has to wait
    std::unique_lock<std::mutex> lock_;
  };
  /// Waits until a batch may be started. Empty: none may any more, or the runner was told to stop.
  std::optional<Turn> take_turn();
  /// Whether starts must be asked for one by one.
  bool is_needed() const { return needed_; }
  /// It has ended the run.
  bool has_ended() const { return ended_.load(); }
  /// Until --for is over; empty: without end.
  std::optional<Duration> left() const;

 private:
  bool end(const std::string& why);
  bool wait_for_start();
  bool probe();

  const RunOptions& options_;
  const StopSource& stop_;
  CommandRunner& commands_;
  const bool needed_;
  const std::chrono::nanoseconds until_;  ///< CLOCK_MONOTONIC, as all here
  std::mutex turn_;
  std::chrono::nanoseconds next_start_{};
  std::atomic<bool> ended_{false};
};

}  // namespace tranche::runner
