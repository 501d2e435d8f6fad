#include "loop/placeholders.hpp"

namespace tranche::runner {

std::string replace_placeholders(std::string_view text,
                                 const std::map<std::string, std::string, std::less<>>& values) {
  std::string result;
  bool after_dollar = false;
  while (!text.empty()) {
    const bool doubled = text.starts_with("{{");
    const std::string_view inner = text.substr(doubled ? 2 : 1);
    const auto close = text.front() == '{' ? inner.find('}') : std::string_view::npos;
    const auto found =
        close == std::string_view::npos ? values.end() : values.find(inner.substr(0, close));
    if (found == values.end() || (after_dollar && !doubled)) {
      after_dollar = text.front() == '$';
      result += text.front();
      text.remove_prefix(1);
      continue;
    }
    result += doubled ? "{" + found->first + "}" : found->second;
    text = inner.substr(close + 1);
    after_dollar = false;
  }
  return result;
}

}  // namespace tranche::runner
