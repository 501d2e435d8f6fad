#include "openlineage/airflow_time.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace tranche::adapters {
namespace {

using std::chrono::microseconds;

/// Reads a number of exactly so many digits, and moves behind it.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  int value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + std::min(digits, text.size()), value);
  if (error != std::errc() || end != text.data() + digits || text.front() == '-') {
    return std::nullopt;
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) {
    return false;
  }
  text.remove_prefix(1);
  return true;
}

/// "2026-01-01" with '-', "12:34:56" with ':'.
std::optional<std::array<int, 3>> take_three(std::string_view& text,
                                             std::size_t first,
                                             char between) {
  std::array<int, 3> values{};
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto value =
        i > 0 && !take(text, between) ? std::nullopt : take_number(text, i == 0 ? first : 2);
    if (!value) {
      return std::nullopt;
    }
    values[i] = *value;
  }
  return values;
}

std::optional<microseconds> take_fraction(std::string_view& text) {
  if (!take(text, '.')) {
    return microseconds(0);
  }
  const std::size_t end = text.find_first_not_of("0123456789");
  std::string digits(text.substr(0, end));
  if (digits.empty() || digits.size() > 6) {
    return std::nullopt;
  }
  text.remove_prefix(digits.size());
  digits.resize(6, '0');
  return microseconds(std::stoi(digits));
}

std::optional<std::chrono::minutes> take_offset(std::string_view& text) {
  if (take(text, 'Z')) {
    return std::chrono::minutes(0);
  }
  const int sign = text.starts_with('-') ? -1 : 1;
  if (!take(text, '-') && !take(text, '+')) {
    return std::nullopt;
  }
  const auto hours = take_number(text, 2);
  const auto minutes = take(text, ':') ? take_number(text, 2) : std::nullopt;
  return hours && minutes ? std::optional(std::chrono::minutes(sign * (*hours * 60 + *minutes)))
                          : std::nullopt;
}

std::string iso(std::chrono::sys_time<microseconds> time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss<microseconds> clock(time - day);
  std::array<char, 64> text{};
  std::snprintf(text.data(),
                text.size(),
                "%04d-%02u-%02uT%02d:%02d:%02d",
                static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  std::string all = text.data();
  if (clock.subseconds().count() != 0) {
    std::snprintf(text.data(), text.size(), ".%06d", static_cast<int>(clock.subseconds().count()));
    all += text.data();
  }
  return all + "+00:00";
}

std::optional<AirflowTime> take_time(std::string_view& text) {
  const auto calendar = take_three(text, 4, '-');
  const auto clock = calendar && take(text, 'T') ? take_three(text, 2, ':') : std::nullopt;
  const auto fraction = clock ? take_fraction(text) : std::nullopt;
  const auto offset = fraction ? take_offset(text) : std::nullopt;
  if (!offset) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year((*calendar)[0]),
                                         std::chrono::month(static_cast<unsigned>((*calendar)[1])),
                                         std::chrono::day(static_cast<unsigned>((*calendar)[2]))};
  if (!date.ok()) {
    return std::nullopt;
  }
  const std::chrono::sys_time<microseconds> time =
      std::chrono::sys_days(date) + std::chrono::hours((*clock)[0]) +
      std::chrono::minutes((*clock)[1]) + std::chrono::seconds((*clock)[2]) + *fraction - *offset;
  return AirflowTime{std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch(),
                     iso(time)};
}

}  // namespace

std::optional<AirflowTime> parse_airflow_time(std::string_view text) {
  const auto time = take_time(text);
  return text.empty() ? time : std::nullopt;
}

std::string time_in_run_id(std::string_view run_id) {
  const std::size_t kind = run_id.find("__");
  if (kind == std::string_view::npos) {
    return {};
  }
  run_id.remove_prefix(kind + 2);
  std::string_view left = run_id;
  const bool found = take_time(left) && (left.empty() || left.front() == '_');
  return std::string(found ? run_id.substr(0, run_id.size() - left.size()) : std::string_view());
}

}  // namespace tranche::adapters
