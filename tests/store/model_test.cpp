#include "store/simulation.hpp"
#include "support/skip.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <iostream>

namespace tranche::test {

namespace {

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::stoull(text);
}

/// TRANCHE_SEED and TRANCHE_STEPS override.
void simulate(const std::vector<Setup>& all, std::uint64_t steps) {
  const std::uint64_t seed = setting("TRANCHE_SEED", std::random_device()());
  steps = setting("TRANCHE_STEPS", steps);
  std::cout << "TRANCHE_SEED=" << seed << " TRANCHE_STEPS=" << steps << std::endl;
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
