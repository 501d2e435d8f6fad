#include "tranche/units.hpp"

#include "tranche/error.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>

namespace tranche {
namespace {

constexpr std::string_view kDurationForms =
    "use whole numbers with units: 500ms, 90s, 15m, 6h, 2d or 1h30m";
constexpr std::string_view kWeightForms = "use a positive number such as 1000, 1.5k, 10MiB or 5GB";
constexpr std::string_view kTimeForms =
    "use 2026-01-31, 2026-01-31T12:00:00Z or 2026-01-31T12:00:00+02:00";
constexpr std::size_t kLongestQuote = 80;
constexpr Duration kLongestDuration = std::chrono::days(3653);

[[noreturn]] void refuse(std::string_view what,
                         std::string_view text,
                         std::string_view problem,
                         std::string_view accepted) {
  std::string message(what);
  message += ": '";
  message += text.substr(0, kLongestQuote);
  message += text.size() > kLongestQuote ? "…' " : "' ";
  message += problem;
  message += "; ";
  message += accepted;
  throw Error(ErrorCode::usage, message);
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

struct DurationUnit {
  std::string_view name;
  std::int64_t milliseconds;
};

// Largest first: formatting takes the first that divides, parsing lets units only shrink.
constexpr std::array<DurationUnit, 5> kDurationUnits{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};

struct Multiple {
  std::string_view name;
  double factor;
};

constexpr std::array<Multiple, 12> kMultiples{{{"k", 1e3},
                                               {"K", 1e3},
                                               {"M", 1e6},
                                               {"G", 1e9},
                                               {"T", 1e12},
                                               {"P", 1e15},
                                               {"Ki", 1024.0},
                                               {"Mi", 1048576.0},
                                               {"Gi", 1073741824.0},
                                               {"Ti", 1099511627776.0},
                                               {"Pi", 1125899906842624.0},
                                               {"", 1.0}}};

/// 0 where `suffix` is none of the multiples.
double factor_of(std::string_view suffix) {
  if (!suffix.empty() && suffix.back() == 'B') {
    suffix.remove_suffix(1);
  }
  for (const Multiple& multiple : kMultiples) {
    if (multiple.name == suffix) {
      return multiple.factor;
    }
  }
  return 0;
}

std::string in_notation(double value, std::chars_format format, int precision) {
  std::array<char, 64> buffer{};
  char* const end = buffer.data() + buffer.size();
  const auto written = precision < 0 ? std::to_chars(buffer.data(), end, value)
                                     : std::to_chars(buffer.data(), end, value, format, precision);
  return {buffer.data(), written.ptr};
}

}  // namespace

Duration parse_duration(std::string_view text, std::string_view what) {
  if (text == "0") {
    return Duration{0};
  }
  if (text.starts_with('-')) {
    refuse(what, text, "is negative", kDurationForms);
  }
  std::string_view rest = text;
  std::int64_t total = 0;
  std::size_t next_unit = 0;
  do {
    std::int64_t number = 0;
    const auto parsed = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (parsed.ec == std::errc::result_out_of_range) {
      refuse(what, text, "is longer than 10 years", kDurationForms);
    }
    if (parsed.ec != std::errc{} || !is_digit(rest.front())) {
      refuse(what, text, "is not a duration", kDurationForms);
    }
    rest.remove_prefix(static_cast<std::size_t>(parsed.ptr - rest.data()));
    std::size_t letters = 0;
    while (letters < rest.size() && !is_digit(rest[letters])) {
      ++letters;
    }
    const std::string_view name = rest.substr(0, letters);
    if (name.empty()) {
      refuse(what, text, "lacks a unit", kDurationForms);
    }
    while (next_unit < kDurationUnits.size() && kDurationUnits[next_unit].name != name) {
      ++next_unit;
    }
    if (next_unit == kDurationUnits.size()) {
      refuse(what, text, "is not a duration", kDurationForms);
    }
    const std::int64_t unit = kDurationUnits[next_unit++].milliseconds;
    if (number > (kLongestDuration.count() - total) / unit) {
      refuse(what, text, "is longer than 10 years", kDurationForms);
    }
    total += number * unit;
    rest.remove_prefix(letters);
  } while (!rest.empty());
  return Duration{total};
}

std::string format_duration(Duration value) {
  if (value.count() == 0) {
    return "0s";
  }
  for (const DurationUnit& unit : kDurationUnits) {
    if (value.count() % unit.milliseconds == 0) {
      return std::to_string(value.count() / unit.milliseconds) + std::string(unit.name);
    }
  }
  return {};  // Not reached: every count is a multiple of 1 ms.
}

double parse_weight(std::string_view text, std::string_view what) {
  if (text.starts_with('-')) {
    refuse(what, text, "is negative", kWeightForms);
  }
  double number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec == std::errc::result_out_of_range) {
    refuse(what, text, "is out of range", kWeightForms);
  }
  // from_chars reads "inf" and "nan" as well.
  if (parsed.ec != std::errc{} || !std::isfinite(number)) {
    refuse(what, text, "is not a weight", kWeightForms);
  }
  const auto used = static_cast<std::size_t>(parsed.ptr - text.data());
  const double factor = factor_of(text.substr(used));
  if (factor == 0) {
    refuse(what, text, "is not a weight", kWeightForms);
  }
  const double weight = number * factor;
  if (!std::isfinite(weight)) {
    refuse(what, text, "is out of range", kWeightForms);
  }
  if (weight <= 0) {
    refuse(what, text, "is zero", kWeightForms);
  }
  return weight;
}

std::string format_weight(double value) {
  if (value == 0) {
    return "0";  // -0 too
  }
  // Above 2^53 a double is always whole; beyond 1e18 its digits mean nothing and 1e+300 reads
  // better.
  const bool whole = std::isfinite(value) && value == std::trunc(value) && std::abs(value) < 1e18;
  return whole ? in_notation(value, std::chars_format::fixed, 0)
               : in_notation(value, std::chars_format::general, -1);
}

std::string format_weight_short(double value) {
  if (!(std::abs(value) >= 1000) || !std::isfinite(value)) {
    return format_weight(value);
  }
  static constexpr std::string_view kSteps = "kMGTP";
  std::size_t step = 0;
  value /= 1000;
  // 999.95 would round to "1000.0".
  while (std::abs(value) >= 999.95 && step + 1 < kSteps.size()) {
    value /= 1000;
    ++step;
  }
  if (std::abs(value) >= 1e6) {
    return in_notation(value * 1e15, std::chars_format::scientific, 1);
  }
  std::string text = in_notation(value, std::chars_format::fixed, 1);
  if (text.ends_with(".0")) {
    text.resize(text.size() - 2);
  }
  return text + kSteps[step];
}

std::int64_t parse_integer(std::string_view text,
                           std::string_view what,
                           std::int64_t min,
                           std::int64_t max) {
  std::string accepted = "use a whole number ";
  accepted += max == std::numeric_limits<std::int64_t>::max()
                  ? "of at least " + std::to_string(min)
                  : "from " + std::to_string(min) + " to " + std::to_string(max);
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (parsed.ec == std::errc::invalid_argument || parsed.ptr != end) {
    refuse(what, text, "is not a whole number", accepted);
  }
  if (parsed.ec == std::errc::result_out_of_range || value < min || value > max) {
    refuse(what, text, "is out of range", accepted);
  }
  return value;
}

std::string format_time(TimePoint time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(),
                buffer.size(),
                "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
                static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()),
                static_cast<int>(clock.subseconds().count()));
  return buffer.data();
}

namespace {

/// Reads a time from left to right; once something does not fit, `failed` stays true.
struct TimeScanner {
  std::string_view rest;
  bool failed = false;

  bool take(std::string_view accepted) {
    if (rest.empty() || accepted.find(rest.front()) == std::string_view::npos) {
      return false;
    }
    rest.remove_prefix(1);
    return true;
  }
  void expect(std::string_view accepted) { failed = !take(accepted) || failed; }

  int number(std::size_t digits, int min, int max) {
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (rest.empty() || !is_digit(rest.front())) {
        failed = true;
        return min;
      }
      value = value * 10 + (rest.front() - '0');
      rest.remove_prefix(1);
    }
    failed = failed || value < min || value > max;
    return value;
  }

  /// Any number of digits; what is finer than a millisecond is cut off.
  std::chrono::milliseconds fraction() {
    int value = 0;
    std::size_t digits = 0;
    for (; !rest.empty() && is_digit(rest.front()); ++digits, rest.remove_prefix(1)) {
      value = digits < 3 ? value * 10 + (rest.front() - '0') : value;
    }
    failed = failed || digits == 0;
    for (; digits < 3; ++digits) {
      value *= 10;
    }
    return std::chrono::milliseconds(value);
  }

  /// Z, +02, +02:00 or +0200, as what is to be subtracted to reach UTC.
  std::chrono::minutes offset() {
    if (take("Zz")) {
      return {};
    }
    const bool west = rest.starts_with('-');
    expect("+-");
    const int hours = number(2, 0, 15);
    const int minutes = take(":") || !rest.empty() ? number(2, 0, 59) : 0;
    const auto east = std::chrono::hours(hours) + std::chrono::minutes(minutes);
    return west ? -east : east;
  }
};

}  // namespace

TimePoint parse_time(std::string_view text, std::string_view what) {
  TimeScanner scan{text};
  const std::chrono::year year(scan.number(4, 1, 9999));
  scan.expect("-");
  const std::chrono::month month(static_cast<unsigned>(scan.number(2, 1, 12)));
  scan.expect("-");
  const std::chrono::day day(static_cast<unsigned>(scan.number(2, 1, 31)));
  const std::chrono::year_month_day date(year, month, day);
  if (scan.failed || !date.ok()) {
    refuse(what, text, "is not a time", kTimeForms);
  }
  TimePoint time = std::chrono::sys_days(date);
  if (scan.rest.empty()) {
    return time;
  }
  scan.expect("Tt ");
  time += std::chrono::hours(scan.number(2, 0, 23));
  scan.expect(":");
  time += std::chrono::minutes(scan.number(2, 0, 59));
  scan.expect(":");
  time += std::chrono::seconds(scan.number(2, 0, 59));
  if (scan.take(".")) {
    time += scan.fraction();
  }
  if (!scan.failed && scan.rest.empty()) {
    refuse(what, text, "lacks its time zone", kTimeForms);
  }
  time -= scan.offset();
  if (scan.failed || !scan.rest.empty()) {
    refuse(what, text, "is not a time", kTimeForms);
  }
  return time;
}

}  // namespace tranche
