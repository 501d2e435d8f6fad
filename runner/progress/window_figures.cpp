#include "progress/window_figures.hpp"

#include "progress/rate_meter.hpp"

#include <algorithm>

namespace tranche::runner {
namespace {

constexpr std::int64_t kLatest = 100;

/// Those that were acquired last, in the order in which they ended.
std::vector<Batch> latest_successes(Inventory& inventory, const Backlog& backlog) {
  BatchFilter filter;
  filter.status = BatchStatus::succeeded;
  filter.since = TimePoint();
  filter.limit = kLatest;
  std::vector<Batch> latest;
  inventory.list_batches(backlog.job, filter, backlog.window, [&](const Batch& batch) {
    if (batch.acquired_at && batch.released_at) {
      latest.push_back(batch);
    }
  });
  std::sort(latest.begin(), latest.end(), [](const Batch& a, const Batch& b) {
    return a.released_at < b.released_at;
  });
  return latest;
}

std::optional<Rate> rate_of(const std::vector<Batch>& ended, std::optional<TimePoint> now) {
  if (ended.empty()) {
    return std::nullopt;
  }
  const auto first = std::min_element(ended.begin(), ended.end(), [](const auto& a, const auto& b) {
    return a.acquired_at < b.acquired_at;
  });
  RateMeter meter(first->acquired_at->time_since_epoch());
  Amount done;
  for (const Batch& batch : ended) {
    done = done + Amount{batch.count, batch.weight};
    meter.note(batch.released_at->time_since_epoch(), done);
  }
  return meter.rate(now.value_or(*ended.back().released_at).time_since_epoch());
}

std::optional<Figures::Slowest> slowest(Inventory& inventory,
                                        const Backlog& backlog,
                                        TimePoint now) {
  BatchFilter filter;
  filter.status = BatchStatus::processing;
  std::optional<Figures::Slowest> found;
  inventory.list_batches(backlog.job, filter, backlog.window, [&](const Batch& batch) {
    const Duration running = now - batch.acquired_at.value_or(now);
    if (!found || running > found->running) {
      found = Figures::Slowest{batch.id, running};
    }
  });
  return found;
}

}  // namespace

Figures window_figures(Inventory& inventory, const Backlog& backlog) {
  const ClosedTotals closed = inventory.closed(backlog.job, backlog.window);
  const bool runs = backlog.processing > 0;
  const TimePoint now = inventory.now();
  Figures figures;
  figures.done = {closed.count, closed.weight};
  figures.total = figures.done + Amount{backlog.count, backlog.weight};
  figures.given_up = {closed.given_up_count, closed.given_up_weight};
  figures.running = backlog.processing;
  figures.failed = backlog.failed + backlog.exhausted;
  figures.rate =
      rate_of(latest_successes(inventory, backlog), runs ? std::optional(now) : std::nullopt);
  figures.slowest = runs ? slowest(inventory, backlog, now) : std::nullopt;
  return figures;
}

}  // namespace tranche::runner
