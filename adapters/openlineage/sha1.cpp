#include "openlineage/sha1.hpp"

#include <bit>
#include <string>

// RFC 3174.
namespace tranche::adapters {
namespace {

constexpr std::size_t kBlock = 64;

std::string padded(std::string_view text) {
  std::string all(text);
  all += '\x80';
  while (all.size() % kBlock != kBlock - 8) {
    all += '\0';
  }
  const std::uint64_t bits = std::uint64_t{text.size()} * 8;
  for (int shift = 56; shift >= 0; shift -= 8) {
    all += static_cast<char>(bits >> static_cast<unsigned>(shift));
  }
  return all;
}

using Words = std::array<std::uint32_t, 80>;

Words expanded(std::string_view block) {
  Words words{};
  for (std::size_t i = 0; i < kBlock; ++i) {
    words[i / 4] = words[i / 4] << 8U | static_cast<std::uint8_t>(block[i]);
  }
  for (std::size_t i = 16; i < words.size(); ++i) {
    words[i] = std::rotl(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
  }
  return words;
}

using State = std::array<std::uint32_t, 5>;

std::uint32_t mixed(std::size_t round, const State& s) {
  if (round < 20) {
    return ((s[1] & s[2]) | (~s[1] & s[3])) + 0x5A827999U;
  }
  if (round < 40) {
    return (s[1] ^ s[2] ^ s[3]) + 0x6ED9EBA1U;
  }
  if (round < 60) {
    return ((s[1] & s[2]) | (s[1] & s[3]) | (s[2] & s[3])) + 0x8F1BBCDCU;
  }
  return (s[1] ^ s[2] ^ s[3]) + 0xCA62C1D6U;
}

void add(State& state, std::string_view block) {
  const Words words = expanded(block);
  State s = state;
  for (std::size_t round = 0; round < words.size(); ++round) {
    const std::uint32_t next = std::rotl(s[0], 5) + mixed(round, s) + s[4] + words[round];
    s = {next, s[0], std::rotl(s[1], 30), s[2], s[3]};
  }
  for (std::size_t i = 0; i < s.size(); ++i) {
    state[i] += s[i];
  }
}

}  // namespace

std::array<std::uint8_t, 20> sha1(std::string_view text) {
  State state{0x67452301U, 0xEFCDAB89U, 0x98BADCFEU, 0x10325476U, 0xC3D2E1F0U};
  const std::string all = padded(text);
  for (std::size_t at = 0; at < all.size(); at += kBlock) {
    add(state, std::string_view(all).substr(at, kBlock));
  }
  std::array<std::uint8_t, 20> digest{};
  for (std::size_t i = 0; i < digest.size(); ++i) {
    digest[i] = static_cast<std::uint8_t>(state[i / 4] >> (24 - 8 * (i % 4)));
  }
  return digest;
}

}  // namespace tranche::adapters
