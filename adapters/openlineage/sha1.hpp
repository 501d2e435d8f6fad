#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace tranche::adapters {

/// For names that must come out the same everywhere; it protects nothing.
std::array<std::uint8_t, 20> sha1(std::string_view text);

}  // namespace tranche::adapters
