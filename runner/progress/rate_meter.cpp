#include "progress/rate_meter.hpp"

namespace tranche::runner {
namespace {

constexpr auto kWindow = std::chrono::minutes(5);
// Where batches take longer than the window.
constexpr std::size_t kFewest = 10;
// Many short ones count as one.
constexpr auto kGrain = std::chrono::seconds(1);

}  // namespace

void RateMeter::note(Time now, const Amount& done) {
  if (done.count == points_.back().done.count) {
    return;
  }
  const bool join = points_.size() > 1 && now - points_[points_.size() - 2].at < kGrain;
  if (join) {
    points_.back() = {now, done};
  } else {
    points_.push_back({now, done});
  }
  while (points_.size() > kFewest && points_[1].at < now - kWindow) {
    points_.pop_front();
  }
}

std::optional<Rate> RateMeter::rate(Time now) const {
  const double seconds = std::chrono::duration<double>(now - points_.front().at).count();
  const Amount done = points_.back().done - points_.front().done;
  if (done.count <= 0 || seconds <= 0) {
    return std::nullopt;
  }
  return Rate{static_cast<double>(done.count) / seconds, done.weight / seconds};
}

}  // namespace tranche::runner
