#include "tranche/key_set.hpp"

#include "tranche/error.hpp"

#include <catch2/catch.hpp>

#include <limits>
#include <random>
#include <set>

namespace tranche {

namespace {

std::vector<std::string> packed(const std::vector<std::int64_t>& numbers) {
  std::vector<std::string> parts;
  KeySetWriter writer;
  for (const std::int64_t number : numbers) {
    if (writer.full()) {
      parts.push_back(writer.take_part());
    }
    writer.add(Key::integer(number));
  }
  parts.push_back(writer.take_part());
  return parts;
}

std::vector<std::int64_t> unpacked(const std::vector<std::string>& parts) {
  std::vector<std::int64_t> numbers;
  for (const std::string& part : parts) {
    CHECK(for_each_number(part, [&](std::int64_t number) { numbers.push_back(number); }));
  }
  return numbers;
}

void check_round_trip(const std::vector<std::int64_t>& numbers) {
  const std::vector<std::string> parts = packed(numbers);
  REQUIRE(unpacked(parts) == numbers);
  std::int64_t size = 0;
  for (const std::string& part : parts) {
    size += key_part_size(part);
  }
  CHECK(size == static_cast<std::int64_t>(numbers.size()));
}

double bytes_a_key(const std::vector<std::int64_t>& numbers) {
  std::size_t size = 0;
  for (const std::string& part : packed(numbers)) {
    size += part.size();
  }
  return static_cast<double>(size) / static_cast<double>(numbers.size());
}

std::vector<std::int64_t> series(std::int64_t first, std::int64_t step, std::size_t size) {
  std::vector<std::int64_t> numbers;
  for (std::size_t i = 0; i < size; ++i) {
    numbers.push_back(first + step * static_cast<std::int64_t>(i));
  }
  return numbers;
}

std::vector<std::int64_t> one_percent(std::mt19937_64& random, std::size_t size) {
  std::vector<std::int64_t> numbers;
  for (std::int64_t number = -500'000; numbers.size() < size; ++number) {
    if (random() % 100 == 0) {
      numbers.push_back(number);
    }
  }
  return numbers;
}

}  // namespace

TEST_CASE("key sets come back as they went in", "[unit]") {
  constexpr std::int64_t kLow = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kHigh = std::numeric_limits<std::int64_t>::max();
  check_round_trip({});
  check_round_trip({0});
  check_round_trip({-1});
  check_round_trip({kLow});
  check_round_trip({kHigh});
  check_round_trip({kLow, kHigh});
  check_round_trip({kLow, kLow + 1, -1, 0, 1, kHigh - 1, kHigh});
  check_round_trip({1, 2, 3, 10, 20, 30, 31, 32, 33, 1000});
  check_round_trip(series(-100, 1, 200));
  check_round_trip(series(0, 1'000'000, 1000));
  for (const std::size_t size : {std::size_t{65'535},
                                 std::size_t{65'536},
                                 std::size_t{65'537},
                                 std::size_t{131'072},
                                 std::size_t{200'000}}) {
    check_round_trip(series(5, 3, size));
  }
}

TEST_CASE("random key sets hold exactly their keys", "[unit]") {
  std::mt19937_64 random(42);
  for (int round = 0; round < 200; ++round) {
    std::set<std::int64_t> wanted;
    const std::int64_t spread = std::int64_t{1} << (random() % 63);
    for (std::uint64_t i = random() % 300 + 1; i > 0; --i) {
      wanted.insert(std::uniform_int_distribution<std::int64_t>(-spread, spread)(random));
    }
    const std::vector<std::int64_t> numbers(wanted.begin(), wanted.end());
    const std::vector<std::string> parts = packed(numbers);
    REQUIRE(unpacked(parts) == numbers);
    const KeyPart part(parts.at(0));
    for (int i = 0; i < 300; ++i) {
      const std::int64_t number =
          i % 2 == 0
              ? numbers[random() % numbers.size()] + static_cast<std::int64_t>(random() % 3) - 1
              : std::uniform_int_distribution<std::int64_t>(-spread, spread)(random);
      REQUIRE(part.holds(Key::integer(number)) == wanted.contains(number));
      REQUIRE(key_part_holds(parts[0], Key::integer(number)) == wanted.contains(number));
    }
    CHECK(part.may_end_before(Key::integer(numbers.back())) == false);
    CHECK((numbers.back() == std::numeric_limits<std::int64_t>::max() ||
           part.may_end_before(Key::integer(numbers.back() + 1))));
  }
}

TEST_CASE("sets of text and UUID keys hold their keys as hashes", "[unit]") {
  for (const KeyType type : {KeyType::text, KeyType::uuid}) {
    const auto key = [type](int number) {
      const std::string digits = std::to_string(100'000'000'000 + number);
      return Key::parse(
          type, type == KeyType::text ? "key-" + digits : "01890a5d-ac96-774b-bcce-" + digits);
    };
    KeySetWriter writer;
    for (int i = 0; i < 1000; ++i) {
      writer.add(key(i));
    }
    const std::string part = writer.take_part();
    CHECK(part.size() == 2 + 8 * 1000);
    CHECK(key_part_size(part) == 1000);
    CHECK(!for_each_number(part, [](std::int64_t) {}));
    const KeyPart unpacked_part(part);
    for (int i = 0; i < 2000; ++i) {
      CHECK(key_part_holds(part, key(i)) == (i < 1000));
      CHECK(unpacked_part.holds(key(i)) == (i < 1000));
    }
  }
}

TEST_CASE("dense and regular keys cost next to nothing, a random one percent about a byte",
          "[unit]") {
  std::mt19937_64 random(1);
  CHECK(bytes_a_key(series(1, 1, 100'000)) < 0.01);
  CHECK(bytes_a_key(series(1'767'225'600'000'000, 60'000'000, 100'000)) < 0.01);
  CHECK(bytes_a_key(one_percent(random, 100'000)) <= 1.3);
}

TEST_CASE("a damaged key set is an error, not an answer", "[unit]") {
  std::mt19937_64 random(3);
  const std::string good = packed(one_percent(random, 5000)).at(0);
  REQUIRE(good.substr(0, 2) == "nz");
  const std::vector<std::string> damaged{"",
                                         "n",
                                         "nx123",
                                         good.substr(0, good.size() / 2),
                                         "nz\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
                                         "n0\x02\x80",
                                         std::string("n0\x02\0\x01", 5),
                                         std::string("n0\x02\0\x01\xff\xff\xff\xff\x0f", 10),
                                         std::string("n0\x02\0\0\x01", 6),
                                         "n0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"};
  for (const std::string& part : damaged) {
    CHECK_THROWS_AS(key_part_holds(part, Key::integer(1'000'000)), Error);
    CHECK_THROWS_AS(KeyPart(part), Error);
    CHECK_THROWS_AS(key_part_size(part), Error);
  }
  for (int i = 0; i < 2000; ++i) {
    std::string bent = good;
    bent[random() % bent.size()] = static_cast<char>(random());
    try {
      KeyPart(bent).holds(Key::integer(7));
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::internal);
    }
  }
}

TEST_CASE("a digest adds up whatever the order, and tells items and weights apart", "[unit]") {
  const Asset asset{Key::integer(1), "item", 2.5};
  const auto changed = [&](const Asset& other) {
    return asset_digest(other) != asset_digest(asset);
  };
  CHECK(!changed({Key::integer(1), "item", 2.5}));
  CHECK(changed({Key::integer(2), "item", 2.5}));
  CHECK(changed({Key::integer(1), "item2", 2.5}));
  CHECK(changed({Key::integer(1), "item", 2}));
}

}  // namespace tranche
