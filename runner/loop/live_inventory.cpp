#include "loop/live_inventory.hpp"

#include "log.hpp"
#include "process/apart.hpp"

#include <poll.h>

namespace tranche::runner {

Inventory& LiveInventory::get(std::chrono::nanoseconds until) {
  if (!inventory_) {
    inventory_.emplace(open_in_time(until));
  }
  return *inventory_;
}

Inventory LiveInventory::open_in_time(std::chrono::nanoseconds until) const {
  Apart<Inventory> opening(open_);
  const auto left =
      until == kNever ? std::optional<Duration>() : std::chrono::ceil<Duration>(until - boot_now());
  const bool stopped_before = stop_.requested();
  wait_for_any({opening.done_fd(), stopped_before ? opening.done_fd() : stop_.fd()}, left);
  if (opening.is_done()) {
    return opening.take();
  }
  throw Error(ErrorCode::unreachable,
              !stopped_before && stop_.requested()
                  ? "told to stop while the inventory did not answer"
                  : "the inventory did not answer in time");
}

bool LiveInventory::is_passing(const Error& error) {
  // A source runs out of time where ALTER TABLE holds it locked, for one.
  return error.code() == ErrorCode::unreachable || error.code() == ErrorCode::in_doubt ||
         error.code() == ErrorCode::busy || error.code() == ErrorCode::timeout;
}

void LiveInventory::tell(const Error& error) {
  log::warn(std::string(error.what()) + "; trying again");
}

bool LiveInventory::wait(Duration pause, std::chrono::nanoseconds until) const {
  const auto now = boot_now();
  if (now >= until) {
    return false;
  }
  const auto left = std::chrono::ceil<Duration>(until - now);
  pollfd stop{stop_.fd(), POLLIN, 0};
  // A stop request ends the pause at once; from then on nothing wakes us, so the pause is kept.
  ::poll(&stop, stop_.requested() ? 0 : 1, static_cast<int>(std::min(pause, left).count()));
  return true;
}

}  // namespace tranche::runner
