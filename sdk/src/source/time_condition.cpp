#include "source/time_condition.hpp"

#include "source/filter_text.hpp"

#include "tranche/error.hpp"

#include <vector>

namespace tranche::source {

namespace {

constexpr std::int64_t kMillisecond = 1'000;
constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;
/// Numbers above are milliseconds since 1970, others seconds: as for the age of a backlog.
constexpr const char* kMostSeconds = "100000000000";

std::int64_t floor_of(std::int64_t value, std::int64_t unit) {
  return value / unit - (value % unit < 0 ? 1 : 0);
}
std::int64_t ceiling_of(std::int64_t value, std::int64_t unit) {
  return -floor_of(-value, unit);
}

/// "2026-01-31 12:00:00.000000"
std::string timestamp(std::int64_t microseconds) {
  std::string text = Key::from_number(KeyType::timestamp, microseconds).text();
  if (text.ends_with("Z")) {
    text.pop_back();
  }
  return text;
}
std::string date(std::int64_t microseconds) {
  return Key::from_number(KeyType::date, floor_of(microseconds, kDay)).text();
}

std::string compared(const std::string& column, const char* op, const std::string& value) {
  return column + " " + op + " " + value;
}

std::string within(const std::string& column,
                   const std::optional<std::string>& from,
                   const std::optional<std::string>& before) {
  return conjunction(
      {from ? compared(column, ">=", *from) : "", before ? compared(column, "<", *before) : ""});
}

template <typename Text>
std::optional<std::string> quoted(const std::optional<std::int64_t>& bound, const Text& text) {
  return bound ? std::optional("'" + text(*bound) + "'") : std::nullopt;
}

[[noreturn]] void refuse(const Table& table, const Column& column, const std::string& what) {
  throw Error(ErrorCode::refused,
              "time column '" + column.name + "' of " + table.name.name + " " + what +
                  "; accepted are timestamps and dates");
}

/// Texts are compared as times, to the millisecond. The index finds those of the days around,
/// whatever their form and zone.
std::string text_condition(const std::string& column, const TimeBounds& bounds) {
  const auto day = [](std::int64_t shift) {
    return [shift](std::int64_t time) { return date(time + shift); };
  };
  const auto time = [](const auto& round) {
    return [round](std::int64_t value) {
      return timestamp(round(value, kMillisecond) * kMillisecond);
    };
  };
  const auto julian = [](const std::optional<std::string>& text) {
    return text ? std::optional("julianday(" + *text + ")") : std::nullopt;
  };
  return conjunction(
      {within(column, quoted(bounds.from, day(-kDay)), quoted(bounds.before, day(2 * kDay))),
       within("julianday(" + column + ")",
              julian(quoted(bounds.from, time(floor_of))),
              julian(quoted(bounds.before, time(ceiling_of))))});
}

std::string number_condition(const std::string& column, const TimeBounds& bounds) {
  const auto number = [](const std::optional<std::int64_t>& bound, std::int64_t unit) {
    return bound ? std::optional(std::to_string(ceiling_of(*bound, unit))) : std::nullopt;
  };
  const auto in_unit = [&](std::int64_t unit) {
    return within(column, number(bounds.from, unit), number(bounds.before, unit));
  };
  return conjunction(
      {"typeof(" + column + ") <> 'text'",
       disjunction({conjunction({compared(column, "<=", kMostSeconds), in_unit(kSecond)}),
                    conjunction({compared(column, ">", kMostSeconds), in_unit(kMillisecond)})})});
}

}  // namespace

std::string postgres_time_condition(const Table& table,
                                    const Column& column,
                                    const TimeBounds& bounds) {
  const bool zoned = column.base == "timestamptz";
  if (!zoned && column.base != "timestamp" && column.base != "date") {
    refuse(table, column, "is of type " + column.declared);
  }
  const auto literal = [&](const std::optional<std::int64_t>& bound) {
    const auto text =
        quoted(bound, [&](std::int64_t time) { return timestamp(time) + (zoned ? "+00" : ""); });
    return text ? std::optional(*text + (zoned ? "::timestamptz" : "::timestamp")) : std::nullopt;
  };
  return within(sql::quote_identifier(column.name), literal(bounds.from), literal(bounds.before));
}

std::string sqlite_time_condition(const Table& table,
                                  const Column& column,
                                  const std::string& type,
                                  const TimeBounds& bounds) {
  if (type == "blob") {
    refuse(table, column, "holds binary values");
  }
  const std::string name = sql::quote_identifier(column.name);
  return type == "integer" || type == "real" ? number_condition(name, bounds)
                                             : text_condition(name, bounds);
}

}  // namespace tranche::source
