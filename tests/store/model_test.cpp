#include "store/simulation.hpp"
#include "support/seed.hpp"
#include "support/skip.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>

namespace tranche::test {

namespace {

void simulate(const std::vector<Setup>& all, std::uint64_t usual_steps) {
  const std::uint64_t seed = chosen_seed();
  const std::uint64_t steps = chosen_steps(usual_steps);
  Simulation simulation(all, seed);
  std::uint64_t done = 0;
  while (done < steps) {
    try {
      done += static_cast<std::uint64_t>(simulation.episode());
    } catch (const std::exception& error) {
      FAIL("seed " << seed << ", after " << done << " steps: " << error.what());
    }
  }
  SUCCEED();
}

}  // namespace

TEST_CASE("random workers break no invariant of the model", "[stress]") {
  simulate({{"memory", Place::memory, Place::memory}}, 3000);
}

TEST_CASE("random workers get the model's answers from SQLite", "[stress]") {
  simulate({{"memory", Place::memory, Place::memory}, {"sqlite", Place::sqlite, Place::sqlite}},
           900);
}

TEST_CASE("random workers get the model's answers from PostgreSQL, whatever the source",
          "[stress]") {
  if (std::getenv("TRANCHE_TEST_POSTGRES") == nullptr) {
    TRANCHE_SKIP("TRANCHE_TEST_POSTGRES is not set");
  }
  simulate({{"memory", Place::memory, Place::memory},
            {"postgres", Place::postgres, Place::postgres},
            {"postgres over sqlite", Place::postgres, Place::sqlite},
            {"sqlite over postgres", Place::sqlite, Place::postgres}},
           150);
}

}  // namespace tranche::test
