#include "sql/queries.hpp"

#include "tranche/error.hpp"

namespace tranche::sql {

namespace {

constexpr std::string_view kName = "-- name: ";
constexpr std::string_view kFragment = "fragment ";
constexpr std::string_view kOpen = "/* TEMPLATE: ";
constexpr std::string_view kClose = " */";

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \n");
  if (first == std::string_view::npos) {
    return {};
  }
  return std::string(text.substr(first, text.find_last_not_of(" \n;") + 1 - first));
}

// Drops the describing comment lines above a statement: they are for readers of the file.
std::string_view without_description(std::string_view text) {
  while (text.starts_with("--") || text.starts_with("\n")) {
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  }
  return text;
}

}  // namespace

std::string fill_placeholders(std::string_view text,
                              const std::map<std::string, std::string>& placeholders) {
  std::string filled;
  while (true) {
    const auto open = text.find(kOpen);
    filled += text.substr(0, open);
    if (open == std::string_view::npos) {
      return filled;
    }
    text.remove_prefix(open + kOpen.size());
    const auto close = text.find(kClose);
    const auto found = placeholders.find(std::string(text.substr(0, close)));
    if (close == std::string_view::npos || found == placeholders.end()) {
      throw Error(ErrorCode::internal,
                  "no text for the SQL placeholder '" + std::string(text.substr(0, close)) + "'");
    }
    filled += found->second;
    text.remove_prefix(close + kClose.size());
  }
}

Queries::Queries(std::string_view file, std::map<std::string, std::string> placeholders) {
  auto at = file.find(kName);
  while (at != std::string_view::npos) {
    const auto next = file.find(kName, at + 1);
    std::string_view block = file.substr(
        at + kName.size(), next == std::string_view::npos ? next : next - at - kName.size());
    const auto line_end = block.find('\n');
    std::string name = trimmed(block.substr(0, line_end));
    block.remove_prefix(line_end + 1);
    std::string text = fill_placeholders(trimmed(without_description(block)), placeholders);
    if (name.starts_with(kFragment)) {
      placeholders[name.substr(kFragment.size())] = std::move(text);
    } else {
      statements_.emplace(name, Statement{name, std::move(text)});
    }
    at = next;
  }
}

const Statement& Queries::operator[](std::string_view name) const {
  const auto found = statements_.find(name);
  if (found == statements_.end()) {
    throw Error(ErrorCode::internal, "no SQL statement is named '" + std::string(name) + "'");
  }
  return found->second;
}

}  // namespace tranche::sql
