#pragma once

#include <cstdint>

namespace tranche::test {

/// A job whose assets have heavy-tailed weights with a season, and whose batches take
/// fixed + a·count + b·weight seconds, times noise. Costs drift slowly; some batches take much
/// longer than any rule says, and now and then come assets that are all heavy.
struct SizingWorld {
  std::uint64_t seed = 1;
  int batches = 400;  ///< that are judged
  int runners = 1;    ///< each takes its next batch when its last one ends
  int warm_up = 12;   ///< batches of each runner before
  double target_seconds = 600;
  double fixed_seconds = 12;
  double asset_seconds = 0.8;
  double gib_seconds = 8;
  double noise = 0.07;   ///< standard deviation of the logarithm of a batch's time
  double spikes = 0.03;  ///< share of batches that take 1.5 to 4 times as long
  double oom_gib = 0;    ///< a batch of more fails with exit status 137; 0: none does
};

struct SizingResult {
  int judged = 0;
  double hits = 0;         ///< share within 20% of the target
  double median_miss = 0;  ///< of |time - target| / target
  double worst = 0;        ///< the longest batch, in targets
  int failures = 0;
  double mean_count = 0;
};

/// Batches as a Sizer cuts them.
SizingResult simulate_sizer(const SizingWorld& world);
/// The same assets in batches of so many each.
SizingResult simulate_fixed(const SizingWorld& world, std::int64_t count);
/// The count that does best, which nobody knows beforehand.
SizingResult simulate_best_fixed(const SizingWorld& world);

}  // namespace tranche::test
