#include "support/seed.hpp"

#include <cstdlib>
#include <iostream>
#include <optional>
#include <random>
#include <string>

namespace tranche::test {

namespace {

std::optional<std::uint64_t> setting(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? std::nullopt : std::optional<std::uint64_t>(std::stoull(text));
}

}  // namespace

std::uint64_t chosen_seed(std::string_view of) {
  const std::uint64_t seed = setting("TRANCHE_TEST_SEED").value_or(std::random_device()());
  std::cout << of << (of.empty() ? "" : ": ") << "TRANCHE_TEST_SEED=" << seed << std::endl;
  return seed;
}

std::uint64_t chosen_steps(std::uint64_t usual) {
  return setting("TRANCHE_TEST_STEPS").value_or(usual);
}

}  // namespace tranche::test
