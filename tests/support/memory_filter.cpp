#include "support/memory_filter.hpp"

#include <compare>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <vector>

namespace tranche::test {

namespace {

using Value = std::function<std::string(std::string_view)>;

/// The place of the bracket that closes the first one.
std::size_t closing(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    quoted = text[i] == '\'' ? !quoted : quoted;
    depth += quoted ? 0 : text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
    if (depth == 0) {
      return i;
    }
  }
  throw std::logic_error("the model does not understand: " + std::string(text));
}

bool compared(std::weak_ordering order, std::string_view op) {
  return op == "="    ? order == 0
         : op == "<>" ? order != 0
         : op == "<"  ? order < 0
         : op == "<=" ? order <= 0
         : op == ">"  ? order > 0
                      : order >= 0;
}

bool simple(std::string_view text, const Value& value) {
  const auto first = text.find(' ');
  const auto second = text.find(' ', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) {
    throw std::logic_error("the model does not understand: " + std::string(text));
  }
  const std::string found = value(text.substr(0, first));
  const std::string_view op = text.substr(first + 1, second - first - 1);
  const std::string literal(text.substr(second + 1));
  if (literal.front() == '\'') {
    return compared(found <=> literal.substr(1, literal.size() - 2), op);
  }
  return compared(std::weak_order(std::atof(found.c_str()), std::atof(literal.c_str())), op);
}

}  // namespace

bool holds(std::string_view condition, const Value& value) {
  if (condition.empty()) {
    return true;
  }
  if (condition.front() != '(') {
    return simple(condition, value);
  }
  const std::size_t end = closing(condition);
  const bool first = holds(condition.substr(1, end - 1), value);
  const std::string_view rest = condition.substr(end + 1);
  if (rest.empty()) {
    return first;
  }
  if (rest.starts_with(" AND ")) {
    return holds(rest.substr(5), value) && first;
  }
  if (rest.starts_with(" OR ")) {
    return holds(rest.substr(4), value) || first;
  }
  throw std::logic_error("the model does not understand: " + std::string(rest));
}

}  // namespace tranche::test
