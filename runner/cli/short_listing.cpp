#include "cli/short_listing.hpp"

#include "cli/people.hpp"
#include "log.hpp"

namespace tranche::cli {

ShortListing::ShortListing(OutputFormat format, std::string noun, std::vector<Column> columns)
    : format_(format), listing_(format, std::move(noun), std::move(columns)) {}

void ShortListing::add(const Json& row) {
  if (++count_ <= kTableLimit || format_ != OutputFormat::table) {
    listing_.add(row);
  }
}

void ShortListing::finish() {
  listing_.finish();
  if (format_ == OutputFormat::table && count_ > kTableLimit) {
    runner::log::info("and " + std::to_string(count_ - kTableLimit) + " more; -o jsonl lists all");
  }
}

std::vector<Column> range_columns() {
  return {number_column("first_key", "FIRST", 8),
          number_column("last_key", "LAST", 8),
          number_column("count", "COUNT", 7),
          weight_column("weight", "WEIGHT", 4)};
}

}  // namespace tranche::cli
