#include "bench.hpp"
#include "support/sizing_simulation.hpp"

#include <algorithm>
#include <random>

namespace tranche::bench {

Figures sizing(const SizingOptions& options) {
  const std::uint64_t first = options.seed != 0 ? options.seed : std::random_device()();
  say("seed " + std::to_string(first) + ", and " + std::to_string(options.seeds - 1) +
      " behind it");
  double hits = 0;
  double least = 1;
  double worst = 0;
  double fixed_hits = 0;
  std::vector<double> misses;
  for (int i = 0; i < options.seeds; ++i) {
    test::SizingWorld world;
    world.seed = first + static_cast<std::uint64_t>(i);
    world.batches = options.batches;
    world.runners = options.runners;
    const test::SizingResult sized = test::simulate_sizer(world);
    hits += sized.hits / options.seeds;
    least = std::min(least, sized.hits);
    worst = std::max(worst, sized.worst);
    misses.push_back(sized.median_miss);
    fixed_hits += test::simulate_best_fixed(world).hits / options.seeds;
  }
  return {{"bench", "sizing"},
          {"yardstick", "batches of the fixed count that does best, chosen afterwards"},
          {"seed", first},
          {"seeds", options.seeds},
          {"batches", options.batches},
          {"runners", options.runners},
          {"hits", rounded(hits)},
          {"hits_least", rounded(least)},
          {"median_miss", median(misses)},
          {"longest_in_targets", rounded(worst)},
          {"fixed_count_hits", rounded(fixed_hits)},
          {"ratio", rounded(hits / fixed_hits)}};
}

}  // namespace tranche::bench
