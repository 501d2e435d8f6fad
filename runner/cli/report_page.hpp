#pragma once

#include "cli/report_data.hpp"

#include <string>

namespace tranche::cli {

/// One HTML page that needs nothing besides: no script, no file, no network. Figures carry their
/// exact value as data-value, under the id by which tests and programs find them.
std::string report_page(const ReportData& data);

}  // namespace tranche::cli
