#include "cli/step_inventory.hpp"

#include "log.hpp"

#include <thread>

namespace tranche::cli {

namespace {

constexpr auto kPause = std::chrono::milliseconds(300);

}  // namespace

void StepInventory::open(bool again) {
  if (again) {
    inventory_.reset();
    inventory_.emplace(need_inventory(context_, what_));
  }
}

bool StepInventory::broke_off(const Error& error, bool before) {
  if (error.code() == ErrorCode::in_doubt) {
    return true;
  }
  // A source that cannot be reached at all is no server that restarts.
  return error.code() == ErrorCode::unreachable && (before || error.query() != "connect");
}

void StepInventory::tell(const Error& error) {
  runner::log::warn(std::string(error.what()) + "; trying again");
  std::this_thread::sleep_for(kPause);
}

}  // namespace tranche::cli
