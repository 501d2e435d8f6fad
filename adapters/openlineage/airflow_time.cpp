#include "openlineage/airflow_time.hpp"

#include <array>
#include <cstdio>
#include <regex>

namespace tranche::adapters {
namespace {

using std::chrono::microseconds;

constexpr const char* kTime =
    R"((\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(Z|([+-])(\d\d):(\d\d)))";

int number(const std::ssub_match& match) {
  return match.matched ? std::stoi(match.str()) : 0;
}

microseconds fraction(const std::ssub_match& match) {
  std::string digits = match.str();
  digits.resize(6, '0');
  return microseconds(match.matched ? std::stoi(digits) : 0);
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

}  // namespace

std::optional<AirflowTime> parse_airflow_time(std::string_view view) {
  const std::string text(view);
  std::smatch found;
  if (!std::regex_match(text, found, std::regex(kTime))) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date(
      std::chrono::year(number(found[1])),
      std::chrono::month(static_cast<unsigned>(number(found[2]))),
      std::chrono::day(static_cast<unsigned>(number(found[3]))));
  if (!date.ok()) {
    return std::nullopt;
  }
  const int sign = found[9].str() == "-" ? -1 : 1;
  const auto offset = std::chrono::minutes(sign * (number(found[10]) * 60 + number(found[11])));
  const std::chrono::sys_time<microseconds> time =
      std::chrono::sys_days(date) + std::chrono::hours(number(found[4])) +
      std::chrono::minutes(number(found[5])) + std::chrono::seconds(number(found[6])) +
      fraction(found[7]) - offset;
  return AirflowTime{std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch(),
                     iso(time)};
}

std::string time_in_run_id(std::string_view run_id) {
  const std::string text(run_id);
  std::smatch found;
  const std::regex form("[a-z_]+?__(" + std::string(kTime) + ")(?:_.*)?");
  return std::regex_match(text, found, form) ? found[1].str() : std::string();
}

}  // namespace tranche::adapters
