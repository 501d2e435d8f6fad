#include "cli/suggest.hpp"

#include <algorithm>

namespace tranche::cli {
namespace {

/// Insertions, deletions, replacements and swaps of neighbours that lead from `a` to `b`.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        cost[i][j] = i + j;
        continue;
      }
      const std::size_t differ = a[i - 1] == b[j - 1] ? 0 : 1;
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + differ});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
      }
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

std::string suggest(std::string_view word, const std::vector<std::string>& candidates) {
  constexpr std::size_t kLongestWord = 40;
  const std::size_t letters = word.size() - std::min(word.find_first_not_of('-'), word.size());
  if (letters == 0 || letters > kLongestWord) {
    return {};
  }
  std::size_t nearest = letters / 3 + 2;  // one more than what is still taken for a slip
  std::string found;
  for (const std::string& candidate : candidates) {
    // An unfinished word is nearer than any slip.
    const std::size_t away =
        letters > 2 && candidate.starts_with(word) ? 0 : distance(word, candidate);
    if (away < nearest) {
      nearest = away;
      found = candidate;
    }
  }
  return found.empty() ? std::string() : "; did you mean " + found + "?";
}

}  // namespace tranche::cli
