#include "progress/window_watch.hpp"

#include "log.hpp"

namespace tranche::runner {
namespace {

// A look may take this share of the time at most.
constexpr int kRestsALook = 20;
// At the end of the run, for a look that is under way.
constexpr Duration kMoment = std::chrono::milliseconds(200);

}  // namespace

struct WindowWatch::Looker {
  InventoryOpener open;
  std::string job;
  std::string window;
  std::optional<Inventory> inventory = std::nullopt;

  std::optional<WindowLook> look() {
    try {
      if (!inventory) {
        inventory.emplace(open());
      }
      const ClosedTotals closed = inventory->closed(job, window);
      const Backlog left = inventory->backlog(job, window);
      return WindowLook{{closed.count, closed.weight},
                        {left.count, left.weight},
                        {closed.given_up_count, closed.given_up_weight}};
    } catch (const std::exception& error) {
      log::debug("no progress of job '" + job + "' now: " + error.what());
      inventory.reset();
      return std::nullopt;
    }
  }
};

WindowWatch::WindowWatch(InventoryOpener open,
                         std::string job,
                         std::string window,
                         Duration shortest_rest)
    : looker_(new Looker{std::move(open), std::move(job), std::move(window)}),
      shortest_rest_(shortest_rest) {}

WindowWatch::~WindowWatch() {
  if (look_) {
    wait_for_any({look_->done_fd()}, kMoment);
  }
}

std::optional<WindowLook> WindowWatch::look() {
  const auto now = Clock::now();
  if (look_) {
    if (!look_->is_done()) {
      return std::nullopt;
    }
    const auto found = look_->take();
    look_.reset();
    rests_until_ = now + std::max<Clock::duration>(shortest_rest_, (now - began_) * kRestsALook);
    return found;
  }
  if (now >= rests_until_) {
    began_ = now;
    look_ = std::make_unique<Apart<std::optional<WindowLook>>>(
        [looker = looker_] { return looker->look(); });
  }
  return std::nullopt;
}

}  // namespace tranche::runner
