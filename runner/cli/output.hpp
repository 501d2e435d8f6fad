#pragma once

#include "cli/output_format.hpp"
#include "json/values.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// How listings and single objects are printed. JSON holds every field of a row; tables and CSV the
/// columns.
namespace tranche::cli {

using Json = nlohmann::ordered_json;

struct Column {
  enum class Align { left, right };

  std::string key;     ///< the field of the row, and the column's name in CSV
  std::string header;  ///< in tables
  Align align = Align::left;
  /// On a narrow terminal the lowest goes first, among equals the rightmost. The first column
  /// always stays.
  int priority = 1;
  /// For tables, from the whole row; without one the field as it is. CSV uses it only where the row
  /// has no such field.
  std::function<std::string(const Json& row)> format = {};
  /// Words such as "failed" are coloured.
  bool status = false;
};

/// Where a table is shown.
struct Screen {
  std::size_t width = 0;  ///< columns; 0 where nothing is to be cut
  bool colours = false;

  static Screen of_stdout();
};

using Sink = std::function<void(std::string_view)>;

/// Rows as -o asks for. JSON, JSON lines and CSV are written as rows come; a table with finish().
///
///   Listing listing(options.output, "batches", columns);
///   for (...) listing.add({{"batch_id", 42}, {"status", "failed"}});
///   listing.finish();
///
/// Errors: those of print().
class Listing {
 public:
  /// `noun` is for "no batches", told on standard error where a table stays empty.
  Listing(OutputFormat format, std::string noun, std::vector<Column> columns);
  /// For tests.
  Listing(
      OutputFormat format, std::string noun, std::vector<Column> columns, Screen screen, Sink sink);

  void add(const Json& row);
  /// Needed once at the end.
  void finish();

 private:
  OutputFormat format_;
  std::string noun_;
  std::vector<Column> columns_;
  Screen screen_;
  Sink sink_;
  std::size_t count_ = 0;
  std::vector<std::vector<std::string>> cells_;  // of a table
};

/// One object: a table has a line for each column, JSON is indented.
void show_object(OutputFormat format, const std::vector<Column>& columns, const Json& object);
void show_object(OutputFormat format,
                 const std::vector<Column>& columns,
                 const Json& object,
                 Screen screen,
                 const Sink& sink);

using runner::weight_json;

}  // namespace tranche::cli
