#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tranche::source {

/// The words of an SQL condition: names as they are written (quoted ones without their quotes) and
/// the texts of string literals; comments, numbers and operators are left out. Only for messages
/// and warnings: the database judges the SQL.
struct FilterWords {
  std::vector<std::string> names;
  std::vector<std::string>
      bare;  ///< the names that are not quoted: keywords and functions among them
  std::vector<std::string> literals;
};
FilterWords filter_words(std::string_view filter);

}  // namespace tranche::source
