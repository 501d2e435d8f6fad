#include "tranche/key.hpp"

#include "tranche/error.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

namespace tranche {

namespace {

constexpr std::uint64_t kSignBit = std::uint64_t{1} << 63U;
constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kSecondsPerDay = 86'400;
constexpr std::array<std::pair<KeyType, std::string_view>, 5> kNames{
    {{KeyType::integer, "integer"},
     {KeyType::text, "text"},
     {KeyType::timestamp, "timestamp"},
     {KeyType::date, "date"},
     {KeyType::uuid, "uuid"}}};

[[noreturn]] void refuse(std::string_view text, std::string_view accepted) {
  throw Error(
      ErrorCode::refused,
      "'" + std::string(text) + "' is no key of this job; accepted is " + std::string(accepted));
}

std::string big_endian(std::int64_t value) {
  auto bits = static_cast<std::uint64_t>(value) ^ kSignBit;
  std::string bytes(8, '\0');
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte) {
    *byte = static_cast<char>(bits & 0xffU);
    bits >>= 8U;
  }
  return bytes;
}

// Reads exactly `digits` decimal digits.
bool take_number(std::string_view& text, std::size_t digits, int& value) {
  if (text.size() < digits) {
    return false;
  }
  const auto [end, failed] = std::from_chars(text.data(), text.data() + digits, value);
  if (failed != std::errc{} || end != text.data() + digits || text.front() == '-') {
    return false;
  }
  text.remove_prefix(digits);
  return true;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) {
    return false;
  }
  text.remove_prefix(1);
  return true;
}

// YYYY-MM-DD, the year with up to six digits.
bool take_date(std::string_view& text, std::int64_t& days) {
  const auto dash = text.find('-');
  int year = 0;
  int month = 0;
  int day = 0;
  if (dash == std::string_view::npos || dash < 4 || dash > 6 || !take_number(text, dash, year) ||
      !take(text, "-") || !take_number(text, 2, month) || !take(text, "-") ||
      !take_number(text, 2, day)) {
    return false;
  }
  const std::chrono::year_month_day date{std::chrono::year(year) / month / day};
  // chrono's years end at 32767; PostgreSQL's at 294276, which no asset needs.
  if (year > 32'767 || !date.ok()) {
    return false;
  }
  days = std::chrono::sys_days(date).time_since_epoch().count();
  return true;
}

bool take_fraction(std::string_view& text, std::int64_t& micros) {
  std::int64_t unit = kMicrosPerSecond / 10;
  std::size_t digits = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    micros += unit * (text.front() - '0');
    unit /= 10;
    ++digits;
    text.remove_prefix(1);
  }
  return digits > 0 && digits <= 9;
}

// "", "Z", "+02", "+0200", "+02:00": seconds east of UTC.
bool take_zone(std::string_view& text, std::int64_t& offset) {
  if (text.empty() || take(text, "Zz")) {
    return text.empty();
  }
  const std::int64_t sign = text.front() == '-' ? -1 : 1;
  int hours = 0;
  int minutes = 0;
  if (!take(text, "+-") || !take_number(text, 2, hours)) {
    return false;
  }
  take(text, ":");
  if (!text.empty() && !take_number(text, 2, minutes)) {
    return false;
  }
  offset = sign * (hours * 3600 + minutes * 60);
  return text.empty();
}

std::int64_t parse_timestamp(std::string_view whole) {
  std::string_view text = whole;
  std::int64_t days = 0;
  std::int64_t micros = 0;
  std::int64_t offset = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  bool good = take_date(text, days);
  if (good && !text.empty()) {
    good = take(text, "T t") && take_number(text, 2, hour) && take(text, ":") &&
           take_number(text, 2, minute);
    if (good && take(text, ":")) {
      good = take_number(text, 2, second) && (!take(text, ".") || take_fraction(text, micros));
    }
    good = good && take_zone(text, offset) && hour < 24 && minute < 60 && second < 60;
  }
  if (!good) {
    refuse(whole, "a time such as 2026-01-31T12:00:00Z");
  }
  return ((days * kSecondsPerDay) + hour * 3600 + minute * 60 + second - offset) *
             kMicrosPerSecond +
         micros;
}

std::string date_text(std::int64_t days) {
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(),
                buffer.size(),
                "%04d-%02u-%02u",
                static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()));
  return buffer.data();
}

std::string timestamp_text(std::int64_t micros) {
  constexpr std::int64_t kMicrosPerDay = kSecondsPerDay * kMicrosPerSecond;
  std::int64_t days = micros / kMicrosPerDay;
  std::int64_t rest = micros % kMicrosPerDay;
  if (rest < 0) {
    rest += kMicrosPerDay;
    --days;
  }
  const auto seconds = static_cast<int>(rest / kMicrosPerSecond);
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(),
                buffer.size(),
                "T%02d:%02d:%02d.%06dZ",
                seconds / 3600,
                seconds / 60 % 60,
                seconds % 60,
                static_cast<int>(rest % kMicrosPerSecond));
  return date_text(days) + buffer.data();
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string parse_uuid(std::string_view text) {
  std::string bytes;
  int high = -1;
  for (const char c : text) {
    if (c == '-' || c == '{' || c == '}') {
      continue;
    }
    const int digit = hex_digit(c);
    if (digit < 0 || bytes.size() == 16) {
      refuse(text, "a UUID such as 01890a5d-ac96-774b-bcce-b302099a8057");
    }
    if (high < 0) {
      high = digit;
    } else {
      bytes += static_cast<char>(high * 16 + digit);
      high = -1;
    }
  }
  if (bytes.size() != 16 || high >= 0) {
    refuse(text, "a UUID such as 01890a5d-ac96-774b-bcce-b302099a8057");
  }
  return bytes;
}

std::string uuid_text(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) {
      text += '-';
    }
    const auto byte = static_cast<unsigned char>(bytes[i]);
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

}  // namespace

std::string_view to_string(KeyType type) {
  for (const auto& [known, name] : kNames) {
    if (known == type) {
      return name;
    }
  }
  return "unknown";
}

KeyType key_type_from_string(std::string_view name) {
  for (const auto& [type, known] : kNames) {
    if (known == name) {
      return type;
    }
  }
  throw Error(ErrorCode::internal, "unknown key type '" + std::string(name) + "'");
}

Key Key::from_number(KeyType type, std::int64_t value) {
  return {type, big_endian(value)};
}

Key Key::integer(std::int64_t value) {
  return from_number(KeyType::integer, value);
}

Key Key::parse(KeyType type, std::string_view text) {
  switch (type) {
    case KeyType::integer: {
      std::int64_t value = 0;
      const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
      if (failed != std::errc{} || end != text.data() + text.size()) {
        refuse(text, "a whole number of 64 bits");
      }
      return integer(value);
    }
    case KeyType::timestamp:
      return from_number(type, parse_timestamp(text));
    case KeyType::date: {
      std::string_view rest = text;
      std::int64_t days = 0;
      if (!take_date(rest, days) || !rest.empty()) {
        refuse(text, "a date such as 2026-01-31");
      }
      return from_number(type, days);
    }
    case KeyType::uuid:
      return {type, parse_uuid(text)};
    case KeyType::text:
      break;
  }
  return {KeyType::text, std::string(text)};
}

Key Key::from_bytes(KeyType type, std::string bytes) {
  const std::size_t expected = type == KeyType::text   ? bytes.size()
                               : type == KeyType::uuid ? 16
                                                       : 8;
  if (bytes.size() != expected) {
    throw Error(ErrorCode::internal,
                "a stored " + std::string(to_string(type)) + " key has " +
                    std::to_string(bytes.size()) + " bytes");
  }
  return {type, std::move(bytes)};
}

std::int64_t Key::number() const {
  std::uint64_t bits = 0;
  for (const char byte : bytes_) {
    bits = bits << 8U | static_cast<unsigned char>(byte);
  }
  return static_cast<std::int64_t>(bits ^ kSignBit);
}

std::string Key::text() const {
  switch (type_) {
    case KeyType::integer:
      return std::to_string(number());
    case KeyType::timestamp:
      return timestamp_text(number());
    case KeyType::date:
      return date_text(number());
    case KeyType::uuid:
      return uuid_text(bytes_);
    case KeyType::text:
      break;
  }
  return bytes_;
}

}  // namespace tranche
