#pragma once

#include "cli/output.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tranche::cli {

/// What a screen can be read from.
inline constexpr std::int64_t kTableLimit = 100;

/// A listing whose table ends after kTableLimit rows and says how many there are besides; the other
/// forms hold all.
class ShortListing {
 public:
  ShortListing(OutputFormat format, std::string noun, std::vector<Column> columns);
  void add(const Json& row);
  void finish();
  std::int64_t count() const { return count_; }

 private:
  OutputFormat format_;
  Listing listing_;
  std::int64_t count_ = 0;
};

/// A stretch of keys with its count and weight.
std::vector<Column> range_columns();

}  // namespace tranche::cli
