#pragma once

#include "loop/horizon_watch.hpp"
#include "loop/live_inventory.hpp"
#include "process/watch.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace tranche::runner {

/// Extends the lease of the batch that its worker processes, from a thread and a connection of its
/// own: a slow database never holds the process loop. Both are made with the first beat, so a short
/// command pays for neither.
class Heartbeat {
 public:
  /// Each beat is also the time for a look at the source; `horizon` may be null.
  Heartbeat(InventoryOpener open, const StopSource& stop, HorizonWatch* horizon)
      : inventory_(std::move(open), stop), horizon_(horizon) {}
  ~Heartbeat();
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

  /// `watch` must live until end().
  void begin(std::int64_t batch_id, std::string token, Duration lease, Watch& watch);
  /// Waits for a beat that is under way.
  void end();

  /// Beats for as long as it lives, however its scope is left.
  class Scope {
   public:
    Scope(Heartbeat& heartbeat, const Batch& batch, Duration lease, Watch& watch)
        : heartbeat_(heartbeat) {
      heartbeat_.begin(batch.id, batch.token, lease, watch);
    }
    ~Scope() { heartbeat_.end(); }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Heartbeat& heartbeat_;
  };

  /// Every 10 s, or third of the lease, whichever is less.
  static Duration interval(Duration lease);

 private:
  using Clock = std::chrono::steady_clock;
  struct Beat {
    std::int64_t batch_id;
    std::string token;
    Duration lease;
    Watch* watch;
    Clock::time_point due;
  };
  void live();
  void beat(const Beat& beat);
  void fail(const Beat& beat, const std::exception& error);

  LiveInventory inventory_;
  HorizonWatch* horizon_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Beat> current_;
  Clock::time_point wakes_at_{};  ///< when the thread looks up by itself
  bool beating_ = false;
  bool failed_ = false;  ///< the last beat; of the thread alone
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace tranche::runner
