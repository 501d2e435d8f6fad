#pragma once

#include "progress/figures.hpp"

#include <cstddef>
#include <string>

namespace tranche::runner {

/// "[=====>        ]"; `width` with the brackets, at least 3.
std::string progress_bar(double share, std::size_t width);
/// "38%", rounded down: 100% is the end.
std::string percent(double share);
/// "12s" "3m05s" "1h20m" "2d03h": no more than six characters for less than 100 days.
std::string coarse_duration(Duration duration);

/// "0.2" "12" "1.9M"
std::string rate_number(double rate);

/// For a terminal of so many columns: what matters most, as much of it as fits.
std::string progress_line(const Figures& figures, std::size_t width);
/// For a log: "139 of 365 assets (38%), weight 11.8M of 31.1M, ...".
std::string progress_sentence(const Figures& figures);

}  // namespace tranche::runner
