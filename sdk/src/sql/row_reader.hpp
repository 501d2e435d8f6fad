#pragma once

#include "sql/connection.hpp"

#include "tranche/key.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace tranche::sql {

/// Reads the columns of the current row from left to right, so that the order stands in one place:
/// the statement.
class RowReader {
 public:
  explicit RowReader(const Rows& rows, int first = 0) : rows_(rows), column_(first) {}

  std::int64_t integer() { return rows_.integer(column_++); }
  int small() { return static_cast<int>(integer()); }
  bool flag() { return integer() != 0; }
  double real() { return rows_.real(column_++); }
  std::string text() { return rows_.text(column_++); }
  /// NULL is empty.
  std::string text_or_empty() { return rows_.maybe_text(column_++).value_or(""); }
  std::string blob() { return rows_.blob(column_++); }
  TimePoint time() { return TimePoint(std::chrono::milliseconds(integer())); }

  std::optional<std::int64_t> maybe_integer() { return rows_.maybe_integer(column_++); }
  std::optional<int> maybe_small() {
    const auto value = maybe_integer();
    return value ? std::optional(static_cast<int>(*value)) : std::nullopt;
  }
  std::optional<double> maybe_real() { return rows_.maybe_real(column_++); }
  std::optional<TimePoint> maybe_time() {
    const auto value = maybe_integer();
    return value ? std::optional(TimePoint(std::chrono::milliseconds(*value))) : std::nullopt;
  }
  std::optional<std::string> maybe_blob() { return rows_.maybe_blob(column_++); }
  std::optional<Key> maybe_key(KeyType type) {
    auto bytes = rows_.maybe_blob(column_++);
    return bytes ? std::optional(Key::from_bytes(type, std::move(*bytes))) : std::nullopt;
  }

 private:
  const Rows& rows_;
  int column_;
};

inline Param param(const std::optional<Key>& key) {
  return key ? Param(Blob{key->bytes()}) : Param();
}
inline Param param(const std::optional<std::int64_t>& value) {
  return value ? Param(*value) : Param();
}
inline Param param(const std::optional<int>& value) {
  return value ? Param(std::int64_t{*value}) : Param();
}
inline Param param(const std::optional<double>& value) {
  return value ? Param(*value) : Param();
}
inline Param param(TimePoint value) {
  return std::int64_t{value.time_since_epoch().count()};
}
inline Param param(bool value) {
  return std::int64_t{value ? 1 : 0};
}
inline Param param(int value) {
  return std::int64_t{value};
}

}  // namespace tranche::sql
