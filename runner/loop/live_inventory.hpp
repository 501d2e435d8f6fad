#pragma once

#include "process/clocks.hpp"
#include "process/stop_source.hpp"

#include "tranche/error.hpp"
#include "tranche/inventory.hpp"

#include <functional>
#include <optional>

namespace tranche::runner {

/// Owns all that it needs: a call that nobody waits for any longer goes on.
using InventoryOpener = std::function<Inventory()>;

/// An inventory whose connection may break and come back.
/// Threads: one.
class LiveInventory {
 public:
  LiveInventory(InventoryOpener open, const StopSource& stop)
      : open_(std::move(open)), stop_(stop) {}

  /// Opens at the first call, until a stop or `until` (CLOCK_BOOTTIME). A stop that was there
  /// before does not end it. Errors: those of Inventory::open; unreachable.
  Inventory& get(std::chrono::nanoseconds until = kNever);
  /// The next get() opens a new connection.
  void drop() { inventory_.reset(); }

  /// Calls `work(inventory)` until it succeeds; a broken connection is opened again, with growing
  /// pauses, until `until` (CLOCK_BOOTTIME) or, sooner, a moment after the runner was told to stop.
  /// `in_doubt` decides what a commit whose outcome is unknown means: it is called with a new
  /// connection and may answer, or leave it to another try.
  template <typename Result>
  Result keep_trying(std::chrono::nanoseconds until,
                     const std::function<Result(Inventory&)>& work,
                     const std::function<std::optional<Result>(Inventory&)>& in_doubt) {
    bool doubtful = false;
    bool stop_seen = false;
    Duration pause = kFirstPause;
    while (true) {
      try {
        Inventory& inventory = get(until);
        if (doubtful) {
          if (auto result = in_doubt(inventory)) {
            return std::move(*result);
          }
          doubtful = false;
        }
        return work(inventory);
      } catch (const Error& error) {
        doubtful = doubtful || error.code() == ErrorCode::in_doubt;
        if (!stop_seen && stop_.requested()) {
          stop_seen = true;
          until = std::min(until, boot_now() + kPatienceAfterStop);
        }
        if (!is_passing(error) || !wait(pause, until)) {
          throw;
        }
        tell(error);
        drop();
        pause = std::min(pause * 2, kLongestPause);
      }
    }
  }

  static constexpr Duration kFirstPause = std::chrono::milliseconds(100);
  static constexpr Duration kLongestPause = std::chrono::seconds(5);
  /// After a stop a broken connection gets this much longer: a release is worth a little patience.
  static constexpr Duration kPatienceAfterStop = std::chrono::seconds(5);

 private:
  Inventory open_in_time(std::chrono::nanoseconds until) const;
  static bool is_passing(const Error& error);
  static void tell(const Error& error);
  /// False: the time is over.
  bool wait(Duration pause, std::chrono::nanoseconds until) const;

  InventoryOpener open_;
  const StopSource& stop_;
  std::optional<Inventory> inventory_;
};

}  // namespace tranche::runner
