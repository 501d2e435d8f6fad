#pragma once

#include "cli/report_data.hpp"

#include <string>
#include <string_view>

namespace tranche::cli {

/// Safe inside HTML, as text or between quotation marks.
std::string html_text(std::string_view text);

// Charts are SVG that stretches to the width of the page; what is written beside them is HTML, so
// that it stays readable on a phone.

/// A bar for each batch, those that ran at the same time below each other.
std::string timeline_chart(const ReportData& data);
/// A column for each share of the whole time: how many batches were at work, by how they ended.
std::string load_chart(const ReportData& data);
/// A dot for each batch: its weight, or count where nothing has a weight, against its duration.
std::string duration_chart(const ReportData& data);
/// A column for each share of the time, by count or by weight.
std::string throughput_chart(const ReportData& data, bool by_weight);

}  // namespace tranche::cli
