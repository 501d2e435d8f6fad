#pragma once

#include "loop/live_inventory.hpp"
#include "process/apart.hpp"

#include <chrono>
#include <memory>
#include <mutex>
#include <string>

namespace tranche::runner {

/// Looks at a job's source while the commands of its run take their time (Inventory::tick): a load
/// that begins meanwhile then delays only what came after the last look. Best effort, on
/// connections of its own: nothing waits for it, and nothing fails with it.
/// Threads: any.
class HorizonWatch {
 public:
  HorizonWatch(InventoryOpener open, std::string job);
  ~HorizonWatch();
  HorizonWatch(const HorizonWatch&) = delete;
  HorizonWatch& operator=(const HorizonWatch&) = delete;

  /// Begins a look, unless one is under way or began less than `interval` ago. Never waits.
  void look(Duration interval);

 private:
  using Clock = std::chrono::steady_clock;
  struct Looker;
  std::mutex mutex_;
  std::shared_ptr<Looker> looker_;
  Clock::time_point looked_at_{};
  std::unique_ptr<Apart<bool>> look_;
};

}  // namespace tranche::runner
