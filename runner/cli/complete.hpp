#pragma once

#include "cli/parse.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tranche::cli {

struct Candidate {
  std::string word;
  std::string help;
};

/// What could stand at the cursor.
struct Completion {
  /// What the shell itself is to offer.
  enum class Shell { nothing, files, commands };

  std::vector<Candidate> candidates;
  Shell shell = Shell::nothing;
};

/// The words of a command line up to the cursor, quotes and backslashes removed; the last is the
/// one being written.
std::vector<std::string> split_line(std::string_view line);

/// `words` without the program's name; the last one, perhaps empty, is completed.
Completion complete(const Registry& registry,
                    const Parameters& globals,
                    const std::vector<std::string>& operators,
                    const std::vector<std::string>& words);

}  // namespace tranche::cli
