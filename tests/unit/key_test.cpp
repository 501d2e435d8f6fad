#include "tranche/key.hpp"

#include "tranche/error.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <limits>
#include <random>
#include <vector>

namespace tranche {

namespace {

ErrorCode code_of(KeyType type, const std::string& text) {
  try {
    Key::parse(type, text);
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::internal;
}

/// Random numbers of every magnitude, with the ends and what lies around powers of two.
std::vector<std::int64_t> numbers() {
  std::mt19937_64 random(20260101);
  std::vector<std::int64_t> all{std::numeric_limits<std::int64_t>::min(),
                                std::numeric_limits<std::int64_t>::min() + 1,
                                -1,
                                0,
                                1,
                                std::numeric_limits<std::int64_t>::max() - 1,
                                std::numeric_limits<std::int64_t>::max()};
  for (unsigned shift = 0; shift < 63; ++shift) {
    for (const std::int64_t near : {-1, 0, 1}) {
      all.push_back((std::int64_t{1} << shift) + near);
      all.push_back(-(std::int64_t{1} << shift) + near);
    }
    for (int i = 0; i < 20; ++i) {
      all.push_back(static_cast<std::int64_t>(random() >> shift));
      all.push_back(-static_cast<std::int64_t>(random() >> 1U >> shift));
    }
  }
  return all;
}

}  // namespace

TEST_CASE("an integer key survives text and bytes, and its bytes are ordered as the numbers are",
          "[unit]") {
  std::vector<std::int64_t> all = numbers();
  std::sort(all.begin(), all.end());
  std::optional<Key> last;
  for (const std::int64_t number : all) {
    const Key key = Key::integer(number);
    CHECK(key.number() == number);
    CHECK(key.text() == std::to_string(number));
    CHECK(Key::parse(KeyType::integer, key.text()) == key);
    CHECK(Key::from_bytes(KeyType::integer, key.bytes()).number() == number);
    CHECK((!last || last->number() == number || *last < key));
    last = key;
  }
}

TEST_CASE("timestamps and dates survive text, in the order of time", "[unit]") {
  std::mt19937_64 random(7);
  constexpr std::int64_t kYear = 31'556'952'000'000;
  std::vector<std::int64_t> micros{-1, 0, 1, -kYear * 1900, kYear * 8000, -62'135'596'800'000'000};
  for (int i = 0; i < 2000; ++i) {
    micros.push_back(
        std::uniform_int_distribution<std::int64_t>(-kYear * 1900, kYear * 8000)(random));
  }
  std::sort(micros.begin(), micros.end());
  std::optional<Key> last;
  for (const std::int64_t value : micros) {
    const Key key = Key::from_number(KeyType::timestamp, value);
    CHECK(Key::parse(KeyType::timestamp, key.text()).number() == value);
    CHECK((!last || last->number() == value || last->text() < key.text()));
    last = key;
    const std::int64_t days = value / 86'400'000'000;
    CHECK(Key::parse(KeyType::date, Key::from_number(KeyType::date, days).text()).number() == days);
  }
}

TEST_CASE("a timestamp is read in the forms that people write", "[unit]") {
  const auto micros = [](const std::string& text) {
    return Key::parse(KeyType::timestamp, text).number();
  };
  CHECK(micros("1970-01-01") == 0);
  CHECK(micros("1970-01-01T00:00:01Z") == 1'000'000);
  CHECK(micros("1970-01-01 00:01") == 60'000'000);
  CHECK(micros("1970-01-01T02:00:00+02") == 0);
  CHECK(micros("1970-01-01T02:30:00+0230") == 0);
  CHECK(micros("1969-12-31T21:30:00-02:30") == 0);
  CHECK(micros("1969-12-31T23:59:59.999999Z") == -1);
  CHECK(micros("1970-01-01T00:00:00.5Z") == 500'000);
  CHECK(micros("1970-01-01T00:00:00.123456789Z") == 123'456);
  CHECK(Key::from_number(KeyType::timestamp, -1).text() == "1969-12-31T23:59:59.999999Z");
  for (const char* text : {"",
                           "1970",
                           "1970-1-1",
                           "1970-01-32",
                           "1970-02-29",
                           "1970-01-01T24:00:00Z",
                           "1970-01-01T00:60:00Z",
                           "1970-01-01T00:00:00.Z",
                           "1970-01-01T00:00:00.1234567890Z",
                           "1970-01-01T00:00:00+",
                           "1970-01-01T00:00:00Zx",
                           "-001-01-01",
                           "1970-01-01Z00",
                           "now"}) {
    INFO(text);
    CHECK(code_of(KeyType::timestamp, text) == ErrorCode::refused);
  }
}

TEST_CASE("a key that is none of its type is refused by its text", "[unit]") {
  for (const char* text :
       {"", "x", "1x", "+1", " 1", "1.0", "9223372036854775808", "-9223372036854775809", "0x1"}) {
    INFO(text);
    CHECK(code_of(KeyType::integer, text) == ErrorCode::refused);
  }
  for (const char* text :
       {"", "2026-01", "2026-13-01", "2023-02-29", "2026-01-01T00:00:00Z", "20260101"}) {
    INFO(text);
    CHECK(code_of(KeyType::date, text) == ErrorCode::refused);
  }
  for (const char* text : {"",
                           "x",
                           "01890a5d-ac96-774b-bcce-b302099a805",
                           "01890a5d-ac96-774b-bcce-b302099a80577",
                           "01890a5d-ac96-774b-bcce-b302099a805g"}) {
    INFO(text);
    CHECK(code_of(KeyType::uuid, text) == ErrorCode::refused);
  }
  CHECK_THROWS_AS(Key::from_bytes(KeyType::integer, "1234567"), Error);
  CHECK_THROWS_AS(Key::from_bytes(KeyType::uuid, "12345678"), Error);
}

TEST_CASE("a UUID is read in any case, with or without hyphens", "[unit]") {
  const std::string canonical = "01890a5d-ac96-774b-bcce-b302099a8057";
  for (const char* text : {"01890A5D-AC96-774B-BCCE-B302099A8057",
                           "01890a5dac96774bbcceb302099a8057",
                           "{01890a5d-ac96-774b-bcce-b302099a8057}"}) {
    CHECK(Key::parse(KeyType::uuid, text).text() == canonical);
  }
  CHECK(Key::parse(KeyType::uuid, canonical).bytes().size() == 16);
}

TEST_CASE("text keys are ordered by their bytes, high ones last", "[unit]") {
  const auto key = [](const std::string& text) { return Key::parse(KeyType::text, text); };
  CHECK(key("") < key("a"));
  CHECK(key("10") < key("9"));
  CHECK(key("Z") < key("a"));
  CHECK(key("a") < key("aa"));
  CHECK(key("z") < key("\xc3\xa4"));
  CHECK(key("\x7f") < key("\x80"));
  CHECK(key("a") == key("a"));
}

TEST_CASE("key types have names", "[unit]") {
  for (const KeyType type :
       {KeyType::integer, KeyType::text, KeyType::timestamp, KeyType::date, KeyType::uuid}) {
    CHECK(key_type_from_string(to_string(type)) == type);
  }
  CHECK_THROWS_AS(key_type_from_string("real"), Error);
}

}  // namespace tranche
