#include "openlineage/uuid.hpp"

#include "openlineage/sha1.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>

namespace tranche::adapters {
namespace {

using Bytes = std::array<std::uint8_t, 16>;

constexpr std::array<std::size_t, 4> kDashes{8, 13, 18, 23};
constexpr std::size_t kLength = 36;

bool is_dash(std::size_t at) {
  return std::find(kDashes.begin(), kDashes.end(), at) != kDashes.end();
}

unsigned digit(char c) {
  return static_cast<unsigned>(
      std::isdigit(static_cast<unsigned char>(c)) != 0 ? c - '0' : (c | 0x20) - 'a' + 10);
}

std::string text_of(Bytes bytes, unsigned version) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0FU) | version << 4U);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3FU) | 0x80U);
  std::string text;
  for (const std::uint8_t byte : bytes) {
    if (is_dash(text.size())) {
      text += '-';
    }
    text += {kDigits[byte >> 4U], kDigits[byte & 0xFU]};
  }
  return text;
}

}  // namespace

bool is_uuid(std::string_view text) {
  if (text.size() != kLength) {
    return false;
  }
  for (std::size_t at = 0; at < kLength; ++at) {
    const bool right =
        is_dash(at) ? text[at] == '-' : std::isxdigit(static_cast<unsigned char>(text[at])) != 0;
    if (!right) {
      return false;
    }
  }
  return true;
}

std::optional<std::string> name_uuid(std::string_view space, std::string_view name) {
  if (!is_uuid(space)) {
    return std::nullopt;
  }
  std::string digits(space);
  std::erase(digits, '-');
  std::string all;
  for (std::size_t at = 0; at < digits.size(); at += 2) {
    all += static_cast<char>(digit(digits[at]) << 4U | digit(digits[at + 1]));
  }
  const auto digest = sha1(all + std::string(name));
  Bytes bytes{};
  std::copy_n(digest.begin(), bytes.size(), bytes.begin());
  return text_of(bytes, 5);
}

std::string timed_uuid(std::chrono::milliseconds since_1970, std::string_view seed) {
  const auto digest = sha1(seed);
  Bytes bytes{};
  const auto time = static_cast<std::uint64_t>(since_1970.count());
  for (std::size_t i = 0; i < 6; ++i) {
    bytes[i] = static_cast<std::uint8_t>(time >> (40 - 8 * i));
  }
  // The upper 76 bits of the digest stand in the lower 76 of the UUID, half a byte further down.
  for (std::size_t i = 0; i < 10; ++i) {
    const unsigned before = i == 0 ? 0U : digest[i - 1];
    bytes[6 + i] = static_cast<std::uint8_t>((before << 4U | digest[i] >> 4U) & 0xFFU);
  }
  return text_of(bytes, 7);
}

}  // namespace tranche::adapters
