#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tranche::runner {

/// File name patterns as in .gitignore and find: `*` and `?` match anything but a slash, `[a-z]`
/// one byte, `**/` any number of folders. A pattern without a slash is matched against the file
/// name, one with a slash against the whole path below the folder that is walked. Hidden files are
/// like any others.
class Globs {
 public:
  explicit Globs(std::vector<std::string> patterns);

  bool empty() const { return patterns_.empty(); }
  /// `path` is relative: "a/b/c.csv". True when any pattern matches.
  bool match(const std::string& path) const;

 private:
  struct Pattern {
    std::vector<std::string> parts;
    bool whole_path;
  };
  std::vector<Pattern> patterns_;
};

}  // namespace tranche::runner
