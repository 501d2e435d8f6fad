#include "sql/connection.hpp"

#include "tranche/error.hpp"

namespace tranche::sql {

namespace {

// PostgreSQL cuts longer names silently, which would make two names one.
constexpr std::size_t kMaxIdentifierBytes = 63;

[[noreturn]] void refuse(std::string_view name, const std::string& why) {
  throw Error(ErrorCode::refused,
              "'" + std::string(name) + "' is no usable name: " + why +
                  "; accepted is NAME or SCHEMA.NAME, each part up to 63 bytes, quoted with \" "
                  "where it holds a dot");
}

// Reads one part of a dotted name from `rest`, unquoting it.
std::string take_part(std::string_view whole, std::string_view& rest) {
  std::string part;
  if (!rest.starts_with('"')) {
    const auto end = std::min(rest.find('.'), rest.size());
    part = rest.substr(0, end);
    rest.remove_prefix(end);
    return part;
  }
  rest.remove_prefix(1);
  while (!rest.empty()) {
    if (rest.starts_with("\"\"")) {
      part += '"';
      rest.remove_prefix(2);
    } else if (rest.front() == '"') {
      rest.remove_prefix(1);
      return part;
    } else {
      part += rest.front();
      rest.remove_prefix(1);
    }
  }
  refuse(whole, "its quote is not closed");
}

std::string quoted_with(char quote, std::string_view text) {
  std::string quoted(1, quote);
  for (const char c : text) {
    quoted += c;
    if (c == quote) {
      quoted += c;
    }
  }
  return quoted + quote;
}

}  // namespace

std::string quote_identifier(std::string_view name) {
  if (name.empty()) {
    refuse(name, "it is empty");
  }
  if (name.size() > kMaxIdentifierBytes) {
    refuse(name, "it is longer than 63 bytes");
  }
  if (name.find('\0') != std::string_view::npos) {
    refuse(name.substr(0, name.find('\0')), "it holds a NUL");
  }
  return quoted_with('"', name);
}

std::string quote_literal(std::string_view text) {
  return quoted_with('\'', text);
}

QualifiedName parse_qualified(std::string_view name) {
  QualifiedName result;
  std::string_view rest = name;
  std::string first = take_part(name, rest);
  if (rest.empty()) {
    result.name = std::move(first);
  } else {
    if (rest.front() != '.') {
      refuse(name, "a quoted part is followed by more text");
    }
    rest.remove_prefix(1);
    result.schema = std::move(first);
    result.name = take_part(name, rest);
    if (!rest.empty()) {
      refuse(name, "it has more than two parts");
    }
    quote_identifier(result.schema);
  }
  quote_identifier(result.name);
  return result;
}

std::string quote_qualified(std::string_view name) {
  const QualifiedName parts = parse_qualified(name);
  const std::string table = quote_identifier(parts.name);
  return parts.schema.empty() ? table : quote_identifier(parts.schema) + "." + table;
}

}  // namespace tranche::sql
