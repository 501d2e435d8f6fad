#include "loop/horizon_watch.hpp"

#include "log.hpp"

#include <atomic>

namespace tranche::runner {
namespace {

// At the end of the run, for a look that is under way.
constexpr Duration kMoment = std::chrono::milliseconds(200);

}  // namespace

struct HorizonWatch::Looker {
  InventoryOpener open;
  std::string job;
  std::optional<Inventory> inventory = std::nullopt;
  std::atomic<bool> of_use{true};

  bool look() {
    try {
      if (!inventory) {
        inventory.emplace(open());
      }
      of_use = inventory->needs_looks(job);
      if (of_use) {
        inventory->tick(job);
      }
    } catch (const std::exception& error) {
      log::debug("a look at the source of job '" + job + "' failed: " + error.what());
      inventory.reset();
    }
    return true;
  }
};

HorizonWatch::HorizonWatch(InventoryOpener open, std::string job)
    : looker_(new Looker{std::move(open), std::move(job)}) {}

HorizonWatch::~HorizonWatch() {
  if (look_) {
    wait_for_any({look_->done_fd()}, kMoment);
  }
}

void HorizonWatch::look(Duration interval) {
  const std::lock_guard lock(mutex_);
  const bool under_way = look_ && !look_->is_done();
  const bool soon = looked_at_ != Clock::time_point{} && Clock::now() < looked_at_ + interval;
  if (under_way || soon || !looker_->of_use) {
    return;
  }
  looked_at_ = Clock::now();
  look_ = std::make_unique<Apart<bool>>([looker = looker_] { return looker->look(); });
}

}  // namespace tranche::runner
