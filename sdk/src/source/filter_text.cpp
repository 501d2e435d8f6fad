#include "source/filter_text.hpp"

#include <algorithm>

namespace tranche::source {

namespace {

/// Each once; a single one stays as it was written.
std::string joined(const std::vector<std::string>& conditions, const std::string& word) {
  std::vector<std::string> each;
  for (const std::string& condition : conditions) {
    if (!condition.empty() && std::find(each.begin(), each.end(), condition) == each.end()) {
      each.push_back(condition);
    }
  }
  if (each.size() == 1) {
    return each.front();
  }
  std::string text;
  for (const std::string& condition : each) {
    text += (text.empty() ? "" : word) + bracketed(condition);
  }
  return text;
}

}  // namespace

std::string bracketed(const std::string& condition) {
  // The line break ends a comment that the condition may end with.
  return condition.find("--") == std::string::npos ? "(" + condition + ")"
                                                   : "(" + condition + "\n)";
}

std::string conjunction(const std::vector<std::string>& conditions) {
  return joined(conditions, " AND ");
}

std::string disjunction(const std::vector<std::string>& conditions) {
  const bool always = std::any_of(conditions.begin(),
                                  conditions.end(),
                                  [](const std::string& condition) { return condition.empty(); });
  return always ? std::string() : joined(conditions, " OR ");
}

}  // namespace tranche::source
