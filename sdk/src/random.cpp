#include "tranche/error.hpp"
#include "tranche/inventory.hpp"

#include <array>
#include <sys/random.h>

namespace tranche {

namespace {

std::array<unsigned char, 16> random_bytes() {
  std::array<unsigned char, 16> bytes{};
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    throw Error(ErrorCode::internal, "the system gives no random bytes");
  }
  return bytes;
}

}  // namespace

std::string random_token() {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : random_bytes()) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

std::string random_uuid() {
  auto bytes = random_bytes();
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0fU) | 0x40U);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3fU) | 0x80U);
  return Key::from_bytes(KeyType::uuid, std::string(bytes.begin(), bytes.end())).text();
}

}  // namespace tranche
