#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace tranche::test {

/// What the model in memory understands of SQL: "COLUMN OP LITERAL" with =, <>, <, <=, > and >=,
/// and such conditions in brackets with AND, or with OR, between them. An empty one always holds.
/// `value` answers for a column as text; values are compared as numbers where the literal is one.
/// Errors: std::logic_error for anything else.
bool holds(std::string_view condition,
           const std::function<std::string(std::string_view column)>& value);

}  // namespace tranche::test
