#include "process/line_prefixer.hpp"

namespace tranche::runner {

void LinePrefixer::feed(std::string_view chunk, std::string& out) {
  while (!chunk.empty()) {
    const std::size_t newline = chunk.find('\n');
    const std::string_view part = chunk.substr(0, newline);
    if (line_.size() + part.size() >= kMaxLine) {
      const std::size_t taken = kMaxLine - line_.size();
      out.append(prefix_).append(line_).append(chunk.substr(0, taken)).push_back('\n');
      line_.clear();
      // A line of exactly the greatest length has its end already.
      chunk.remove_prefix(taken == newline ? taken + 1 : taken);
    } else if (newline == std::string_view::npos) {
      line_.append(part);
      return;
    } else {
      out.append(prefix_).append(line_).append(part).push_back('\n');
      line_.clear();
      chunk.remove_prefix(newline + 1);
    }
  }
}

void LinePrefixer::finish(std::string& out) {
  if (!line_.empty()) {
    out.append(prefix_).append(line_).push_back('\n');
    line_.clear();
  }
}

}  // namespace tranche::runner
