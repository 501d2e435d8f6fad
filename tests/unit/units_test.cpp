#include "tranche/units.hpp"

#include "tranche/error.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

using namespace std::chrono_literals;
using namespace tranche;

namespace {

template <typename Call>
std::string refusal(Call call) {
  try {
    call();
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
    return error.what();
  }
  return "accepted";
}

std::string duration_refusal(std::string_view text) {
  return refusal([&] { parse_duration(text, "--lease"); });
}

std::string weight_refusal(std::string_view text) {
  return refusal([&] { parse_weight(text, "--max-weight"); });
}

std::string time_refusal(std::string_view text) {
  return refusal([&] { parse_time(text, "--since"); });
}

Duration duration(std::string_view text) {
  return parse_duration(text, "--lease");
}
double weight(std::string_view text) {
  return parse_weight(text, "--max-weight");
}
std::string time_of(std::string_view text) {
  return format_time(parse_time(text, "--since"));
}

}  // namespace

TEST_CASE("parse_duration reads every unit and their combinations", "[unit]") {
  CHECK(duration("500ms") == 500ms);
  CHECK(duration("90s") == 90s);
  CHECK(duration("15m") == 15min);
  CHECK(duration("6h") == 6h);
  CHECK(duration("2d") == 48h);
  CHECK(duration("1h30m") == 90min);
  CHECK(duration("1d2h3m4s5ms") == 26h + 3min + 4s + 5ms);
  CHECK(duration("0") == 0ms);
  CHECK(duration("0s") == 0ms);
  CHECK(duration("007s") == 7s);
  CHECK(duration("3653d") == std::chrono::days(3653));
}

TEST_CASE("parse_duration refuses what is no duration and says what would be", "[unit]") {
  CHECK(
      duration_refusal("90") ==
      "--lease: '90' lacks a unit; use whole numbers with units: 500ms, 90s, 15m, 6h, 2d or 1h30m");
  for (const char* text :
       {"", "s", "1x", "1.5h", "1 h", " 1h", "1h ", "+1h", "1H", "1h-1m", "ms", "0x1s"}) {
    INFO(text);
    CHECK_THAT(duration_refusal(text), Catch::Contains("is not a duration; use"));
  }
  CHECK_THAT(duration_refusal("1h30"), Catch::Contains("lacks a unit"));
  CHECK_THAT(duration_refusal("00"), Catch::Contains("lacks a unit"));
  CHECK_THAT(duration_refusal("30m1h"), Catch::Contains("is not a duration"));
  CHECK_THAT(duration_refusal("1h1h"), Catch::Contains("is not a duration"));
  CHECK_THAT(duration_refusal("-5s"), Catch::Contains("is negative"));
  CHECK_THAT(duration_refusal("3654d"), Catch::Contains("longer than 10 years"));
  CHECK_THAT(duration_refusal("3653d1ms"), Catch::Contains("longer than 10 years"));
  CHECK_THAT(duration_refusal("99999999999999999999s"), Catch::Contains("longer than 10 years"));
  CHECK_THAT(duration_refusal("9223372036854775807d"), Catch::Contains("longer than 10 years"));
}

TEST_CASE("format_duration uses the largest unit that divides, and reads back", "[unit]") {
  CHECK(format_duration(0ms) == "0s");
  CHECK(format_duration(90000ms) == "90s");
  CHECK(format_duration(5400000ms) == "90m");
  CHECK(format_duration(1500ms) == "1500ms");
  CHECK(format_duration(24h) == "1d");
  CHECK(format_duration(36h) == "36h");
  CHECK(format_duration(-90s) == "-90s");
  for (const Duration value :
       {1ms, 999ms, Duration(1s), Duration(61s), Duration(25h), Duration(48h)}) {
    CHECK(duration(format_duration(value)) == value);
  }
}

TEST_CASE("parse_weight reads plain numbers and multiples", "[unit]") {
  CHECK(weight("1000") == 1000);
  CHECK(weight("0.5") == 0.5);
  CHECK(weight("1e3") == 1000);
  CHECK(weight("1.5k") == 1500);
  CHECK(weight("2K") == 2000);
  CHECK(weight("2kB") == 2000);
  CHECK(weight("3M") == 3e6);
  CHECK(weight("5GB") == 5e9);
  CHECK(weight("1T") == 1e12);
  CHECK(weight("1P") == 1e15);
  CHECK(weight("1Ki") == 1024);
  CHECK(weight("10MiB") == 10.0 * 1024 * 1024);
  CHECK(weight("1GiB") == std::pow(2, 30));
  CHECK(weight("1Ti") == std::pow(2, 40));
  CHECK(weight("1PiB") == std::pow(2, 50));
  CHECK(weight("7B") == 7);
}

TEST_CASE("parse_weight refuses what is not positive and finite", "[unit]") {
  CHECK(weight_refusal("0") ==
        "--max-weight: '0' is zero; use a positive number such as 1000, 1.5k, 10MiB or 5GB");
  CHECK_THAT(weight_refusal("0.0MiB"), Catch::Contains("is zero"));
  CHECK_THAT(weight_refusal("-1"), Catch::Contains("is negative"));
  CHECK_THAT(weight_refusal("-inf"), Catch::Contains("is negative"));
  CHECK_THAT(weight_refusal("1e400"), Catch::Contains("is out of range"));
  CHECK_THAT(weight_refusal("1e-400"), Catch::Contains("is out of range"));
  CHECK_THAT(weight_refusal("1e308k"), Catch::Contains("is out of range"));
  for (const char* text : {"",
                           "nan",
                           "NaN",
                           "inf",
                           "infinity",
                           "B",
                           "k",
                           "10mb",
                           "10 MiB",
                           "10MIB",
                           "1E",
                           "1iB",
                           "1BB",
                           "+1",
                           "1,5",
                           "0x10",
                           "ten"}) {
    INFO(text);
    CHECK_THAT(weight_refusal(text), Catch::Contains("is not a weight; use"));
  }
}

TEST_CASE("format_weight is exact and format_weight_short is for people", "[unit]") {
  CHECK(format_weight(73412) == "73412");
  CHECK(format_weight(0.5) == "0.5");
  CHECK(format_weight(0) == "0");
  CHECK(format_weight(-0.0) == "0");
  CHECK(format_weight(1e17) == "100000000000000000");
  CHECK(format_weight(9007199254740993.0) == "9007199254740992");
  CHECK(format_weight(0.1 + 0.2) == "0.30000000000000004");
  CHECK(format_weight(1e300) == "1e+300");

  CHECK(format_weight_short(0) == "0");
  CHECK(format_weight_short(0.25) == "0.25");
  CHECK(format_weight_short(999) == "999");
  CHECK(format_weight_short(1000) == "1k");
  CHECK(format_weight_short(73412) == "73.4k");
  CHECK(format_weight_short(999949) == "999.9k");
  CHECK(format_weight_short(999999) == "1M");
  CHECK(format_weight_short(1e9) == "1G");
  CHECK(format_weight_short(2.5e15) == "2.5P");
  CHECK(format_weight_short(-73412) == "-73.4k");
  CHECK(format_weight_short(1e300) == "1.0e+300");
}

TEST_CASE("parse_integer keeps to its range and names it", "[unit]") {
  constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  const auto integer = [](std::string_view text, std::int64_t min, std::int64_t max) {
    return parse_integer(text, "--limit", min, max);
  };
  CHECK(integer("1", 1, 10) == 1);
  CHECK(integer("10", 1, 10) == 10);
  CHECK(integer("-3", -5, 5) == -3);
  CHECK(integer("9223372036854775807", 1, kMax) == kMax);
  CHECK(integer("-9223372036854775808", kMin, kMax) == kMin);
  CHECK(refusal([&] { integer("-5", 1, kMax); }) ==
        "--limit: '-5' is out of range; use a whole number of at least 1");
  CHECK(refusal([&] { integer("11", 1, 10); }) ==
        "--limit: '11' is out of range; use a whole number from 1 to 10");
  CHECK_THAT(refusal([&] { integer("9223372036854775808", 1, kMax); }),
             Catch::Contains("is out of range"));
  for (const char* text : {"", "x", "1.0", "1e3", " 1", "1 ", "+1", "-", "0x10"}) {
    INFO(text);
    CHECK_THAT(refusal([&] { integer(text, 1, 10); }),
               Catch::Contains("is not a whole number; use"));
  }
}

TEST_CASE("parse_time reads RFC 3339 in its usual spellings", "[unit]") {
  CHECK(time_of("2026-01-31") == "2026-01-31T00:00:00.000Z");
  CHECK(time_of("2026-01-31T12:34:56Z") == "2026-01-31T12:34:56.000Z");
  CHECK(time_of("2026-01-31t12:34:56z") == "2026-01-31T12:34:56.000Z");
  CHECK(time_of("2026-01-31 12:34:56.7Z") == "2026-01-31T12:34:56.700Z");
  CHECK(time_of("2026-01-31T12:34:56.123456789Z") == "2026-01-31T12:34:56.123Z");
  CHECK(time_of("2026-01-31T00:30:00+02:00") == "2026-01-30T22:30:00.000Z");
  CHECK(time_of("2026-01-31T00:30:00-0330") == "2026-01-31T04:00:00.000Z");
  CHECK(time_of("2026-01-31 00:30:00+00") == "2026-01-31T00:30:00.000Z");
  CHECK(time_of("2024-02-29") == "2024-02-29T00:00:00.000Z");
  CHECK(time_of("1969-12-31T23:59:59.999Z") == "1969-12-31T23:59:59.999Z");
  CHECK(time_of("0001-01-01") == "0001-01-01T00:00:00.000Z");
  CHECK(time_of("9999-12-31T23:59:59.999Z") == "9999-12-31T23:59:59.999Z");
}

TEST_CASE("parse_time refuses other forms and dates that do not exist", "[unit]") {
  CHECK(time_refusal("yesterday") ==
        "--since: 'yesterday' is not a time; use 2026-01-31, 2026-01-31T12:00:00Z or "
        "2026-01-31T12:00:00+02:00");
  CHECK_THAT(time_refusal("2026-01-31T12:00:00"), Catch::Contains("lacks its time zone"));
  CHECK_THAT(time_refusal("2026-01-31 12:00:00.5"), Catch::Contains("lacks its time zone"));
  for (const char* text : {"",
                           "2026",
                           "2026-1-1",
                           "2026-02-29",
                           "2026-13-01",
                           "2026-00-01",
                           "2026-01-32",
                           "2026-01-31T",
                           "2026-01-31T24:00:00Z",
                           "2026-01-31T12:60:00Z",
                           "2026-01-31T12:00:60Z",
                           "2026-01-31T12:00Z",
                           "2026-01-31T12:00:00.Z",
                           "2026-01-31T12:00:00Zx",
                           "2026-01-31T12:00:00+2",
                           "2026-01-31T12:00:00+99:00",
                           "2026-01-31T12:00:00+02:60",
                           "2026-01-31 ",
                           "-2026-01-31",
                           "20260131",
                           "2026-01-31X12:00:00Z",
                           "2026-01-31T12:00:00+02:"}) {
    INFO(text);
    CHECK_THAT(time_refusal(text), Catch::Contains("is not a time; use"));
  }
}

TEST_CASE("a refusal quotes only the start of a very long value", "[unit]") {
  CHECK(duration_refusal(std::string(5000, 'x')).size() < 250);
}
