#pragma once

#include "loop/live_inventory.hpp"
#include "process/apart.hpp"
#include "progress/figures.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace tranche::runner {

/// What all who work on a window have done, and what is left.
struct WindowLook {
  Amount done;
  Amount waiting;
  Amount given_up;
};

/// Asks the inventory now and then how far a window is, on a connection and a thread of its own
/// that nobody waits for. It counts assets in the source, so the longer that took, the longer it
/// rests. Best effort: without an answer there is no total.
/// Threads: one.
class WindowWatch {
 public:
  WindowWatch(InventoryOpener open, std::string job, std::string window, Duration shortest_rest);
  ~WindowWatch();
  WindowWatch(const WindowWatch&) = delete;
  WindowWatch& operator=(const WindowWatch&) = delete;

  /// Begins a look, unless one is under way or it is too soon. Never waits.
  /// Returns what a look found that has ended since the last call.
  std::optional<WindowLook> look();
  /// Readable when the look under way has ended; -1: none is.
  int fd() const { return look_ ? look_->done_fd() : -1; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Looker;
  std::shared_ptr<Looker> looker_;
  const Duration shortest_rest_;
  Clock::time_point began_{};
  Clock::time_point rests_until_{};
  std::unique_ptr<Apart<std::optional<WindowLook>>> look_;
};

}  // namespace tranche::runner
