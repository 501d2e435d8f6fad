#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace tranche {

/// The type of a job's key column, as tranche orders and stores it.
enum class KeyType {
  integer,    ///< 64 bits, signed
  text,       ///< compared bytewise; SQLite's dates and times as well
  timestamp,  ///< microseconds, UTC (PostgreSQL timestamp and timestamptz)
  date,       ///< days
  uuid,       ///< 16 bytes
};

std::string_view to_string(KeyType type);
/// Errors: ErrorCode::internal for an unknown name.
KeyType key_type_from_string(std::string_view name);

/// The key of one asset.
/// Shape:   `bytes()` is order-preserving: comparing two keys of one type bytewise orders them as
/// the source does.
///          integer: 8 bytes, big endian, sign bit flipped; timestamp: the same of microseconds
///          since 1970; date: the same of days since 1970; uuid: its 16 bytes; text: the bytes
///          themselves.
/// Threads: a value.
class Key {
 public:
  static Key integer(std::int64_t value);
  /// Microseconds of a timestamp, days of a date, or the value of an integer.
  static Key from_number(KeyType type, std::int64_t value);
  /// What a person or a database writes: "42", "2026-01-01T00:00:00Z", "2f1c...", any text.
  /// Errors: ErrorCode::refused naming the text and the accepted form.
  static Key parse(KeyType type, std::string_view text);
  /// From the stored form. Errors: ErrorCode::internal on a wrong length.
  static Key from_bytes(KeyType type, std::string bytes);

  KeyType type() const { return type_; }
  const std::string& bytes() const { return bytes_; }
  /// The text that parse() takes and that the source casts to the column's type.
  std::string text() const;
  /// integer: the value; timestamp: microseconds; date: days. Not for text and uuid.
  std::int64_t number() const;
  /// Whether number() may be called.
  bool is_number() const { return type_ != KeyType::text && type_ != KeyType::uuid; }

  friend bool operator==(const Key& a, const Key& b) { return a.bytes_ == b.bytes_; }
  friend std::strong_ordering operator<=>(const Key& a, const Key& b) {
    return a.bytes_ <=> b.bytes_;
  }

 private:
  Key(KeyType type, std::string bytes) : type_(type), bytes_(std::move(bytes)) {}
  KeyType type_;
  std::string bytes_;
};

}  // namespace tranche
