#pragma once

#include <cstdint>
#include <string_view>

namespace tranche::test {

/// For all that a test draws at random: TRANCHE_TEST_SEED, else another at each call. Printed with
/// `of`, so that what failed can be repeated.
std::uint64_t chosen_seed(std::string_view of = {});

/// TRANCHE_TEST_STEPS, else `usual`.
std::uint64_t chosen_steps(std::uint64_t usual);

}  // namespace tranche::test
