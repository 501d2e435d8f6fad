#include "process/watch.hpp"

#include <algorithm>

namespace tranche::runner {

void Watch::renew(std::chrono::nanoseconds asked_at, Duration lease) {
  lease_.store(lease);
  deadline_.store(asked_at + lease);
  raise_event(changed_.get());
}

void Watch::lose_lease() {
  lost_.store(true);
  raise_event(changed_.get());
}

LeasePlan plan_lease_end(std::chrono::nanoseconds deadline,
                         std::chrono::nanoseconds lease,
                         std::chrono::nanoseconds grace) {
  if (deadline == kNever) {
    return {kNever, kNever, kNever};
  }
  const std::chrono::nanoseconds margin =
      std::min<std::chrono::nanoseconds>(std::chrono::seconds(2), lease / 10);
  const auto notice = std::min(grace, lease / 3 - margin);
  return {deadline - margin - notice, deadline - margin, deadline - margin / 2};
}

}  // namespace tranche::runner
