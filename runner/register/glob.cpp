#include "register/glob.hpp"

#include <fnmatch.h>
#include <span>

namespace tranche::runner {

namespace {

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> parts;
  while (true) {
    const auto slash = path.find('/');
    if (slash != 0) {
      parts.emplace_back(path.substr(0, slash));
    }
    if (slash == std::string_view::npos) {
      return parts;
    }
    path.remove_prefix(slash + 1);
  }
}

using Parts = std::span<const std::string>;

bool match_parts(Parts pattern, Parts path) {
  // The usual two-finger walk: after a `**`, a mismatch moves its end on by one folder. Linear for
  // one `**`, and never exponential.
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t star = pattern.size();
  std::size_t resume = 0;
  while (n < path.size()) {
    if (p < pattern.size() && pattern[p] == "**") {
      star = p++;
      resume = n;
    } else if (p < pattern.size() && ::fnmatch(pattern[p].c_str(), path[n].c_str(), 0) == 0) {
      ++p;
      ++n;
    } else if (star < pattern.size()) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == "**") {
    ++p;
  }
  return p == pattern.size();
}

}  // namespace

Globs::Globs(std::vector<std::string> patterns) {
  for (const std::string& pattern : patterns) {
    patterns_.push_back({split(pattern), pattern.find('/') != std::string::npos});
  }
}

bool Globs::match(const std::string& path) const {
  if (patterns_.empty()) {
    return false;
  }
  const std::string name = path.substr(path.rfind('/') + 1);
  std::vector<std::string> parts;
  for (const Pattern& pattern : patterns_) {
    if (!pattern.whole_path) {
      if (::fnmatch(pattern.parts.front().c_str(), name.c_str(), 0) == 0) {
        return true;
      }
      continue;
    }
    if (parts.empty()) {
      parts = split(path);
    }
    if (match_parts(pattern.parts, parts)) {
      return true;
    }
  }
  return false;
}

}  // namespace tranche::runner
