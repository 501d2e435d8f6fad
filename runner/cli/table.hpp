#pragma once

#include "cli/output.hpp"

#include <string>
#include <vector>

namespace tranche::cli {

using Cells = std::vector<std::string>;

/// What a table shows of `row` in `column`, safe for a terminal.
std::string cell_text(const Column& column, const Json& row);

/// The rows under their headers; on a terminal every line fits its width.
std::string table_text(const std::vector<Column>& columns,
                       const std::vector<Cells>& rows,
                       const Screen& screen);

/// `word` coloured by what it says: failed is red, succeeded green.
std::string coloured_status(const std::string& word, const std::string& shown);

}  // namespace tranche::cli
