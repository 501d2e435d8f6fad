#include "cli/people.hpp"

#include <cstdio>

namespace tranche::cli {
namespace {

std::string pair(std::int64_t large, const char* large_unit, std::int64_t small, const char* unit) {
  char text[64];
  std::snprintf(text,
                sizeof text,
                "%lld%s%02lld%s",
                static_cast<long long>(large),
                large_unit,
                static_cast<long long>(small),
                unit);
  return text;
}

}  // namespace

std::string short_duration(Duration duration) {
  const std::int64_t ms = std::max<std::int64_t>(0, duration.count());
  const std::int64_t s = ms / 1000;
  if (ms < 1000) {
    return std::to_string(ms) + "ms";
  }
  if (s < 60) {
    return std::to_string(s) + "." + std::to_string(ms % 1000 / 100) + "s";
  }
  if (s < 3600) {
    return pair(s / 60, "m", s % 60, "s");
  }
  return s < 86'400 ? pair(s / 3600, "h", s % 3600 / 60, "m")
                    : pair(s / 86'400, "d", s % 86'400 / 3600, "h");
}

std::string short_time(const Json& time) {
  if (!time.is_string()) {
    return "-";
  }
  std::string text = time.get<std::string>().substr(0, 19);
  text[10] = ' ';
  return text + 'Z';
}

std::string short_weight(const Json& weight) {
  return weight.is_number() ? format_weight_short(weight.get<double>()) : "-";
}

std::string time_between(const Json& from, const Json& to) {
  if (!from.is_string() || !to.is_string()) {
    return "-";
  }
  return short_duration(parse_time(to.get<std::string>(), "time") -
                        parse_time(from.get<std::string>(), "time"));
}

Column time_column(std::string key, std::string header, int priority) {
  const auto format = [key](const Json& row) { return short_time(row.at(key)); };
  // To the right, where nothing is cut: a part of a time is no time.
  return {std::move(key), std::move(header), Column::Align::right, priority, format};
}

Column weight_column(std::string key, std::string header, int priority) {
  const auto format = [key](const Json& row) { return short_weight(row.at(key)); };
  return {std::move(key), std::move(header), Column::Align::right, priority, format};
}

Column run_column(int priority) {
  constexpr std::size_t kShown = 8;
  const auto format = [](const Json& row) {
    const Json& id = row.at("run_id");
    return id.is_string() ? id.get<std::string>().substr(0, kShown) : "-";
  };
  return {"run_id", "RUN", Column::Align::right, priority, format};
}

Column number_column(std::string key, std::string header, int priority) {
  return {std::move(key), std::move(header), Column::Align::right, priority};
}

std::string writers_text(const Json& row) {
  std::string text;
  for (const Json& writer : row.at("writers")) {
    text += text.empty() ? "" : ", ";
    text += writer.at("pid").is_null() ? "prepared transaction" : "pid " + writer.at("pid").dump();
    text += writer.at("name").is_null() ? "" : " " + writer.at("name").get<std::string>();
    if (const Json& age = writer.at("age_seconds"); age.is_number()) {
      text += " (" + short_duration(Duration(static_cast<std::int64_t>(age.get<double>() * 1000))) +
              ")";
    }
  }
  return text.empty() ? "-" : text;
}

}  // namespace tranche::cli
