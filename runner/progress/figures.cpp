#include "progress/figures.hpp"

#include <algorithm>
#include <cmath>

namespace tranche::runner {

std::optional<double> Figures::share() const {
  if (!total) {
    return std::nullopt;
  }
  if (total->count <= 0) {
    return 1;
  }
  const double share = total->weight > 0
                           ? done.weight / total->weight
                           : static_cast<double>(done.count) / static_cast<double>(total->count);
  // What weighs nothing may be left when all the weight is done.
  return done.count >= total->count ? 1 : std::clamp(share, 0.0, 0.999);
}

std::optional<Duration> Figures::left() const {
  if (!total) {
    return std::nullopt;
  }
  const Amount ahead = *total - done - given_up;
  if (ahead.count <= 0) {
    return Duration::zero();
  }
  if (!rate || running == 0) {
    return std::nullopt;
  }
  const bool by_weight = total->weight > 0 && rate->weight > 0;
  const double seconds =
      by_weight ? ahead.weight / rate->weight : static_cast<double>(ahead.count) / rate->count;
  constexpr double kLongest = 10.0 * 365 * 86'400;
  if (!std::isfinite(seconds) || seconds > kLongest) {
    return std::nullopt;
  }
  return Duration(static_cast<std::int64_t>(std::max(0.0, seconds) * 1000));
}

}  // namespace tranche::runner
