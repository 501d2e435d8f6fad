#pragma once

#include "json/values.hpp"

#include <string>

namespace tranche::cli {

using runner::Json;

// What runner::figures_json tells, for people.

std::string progress_text(const Json& figures);     ///< "[=====>      ] 38%"
std::string done_text(const Json& figures);         ///< "139 of 365"
std::string done_weight_text(const Json& figures);  ///< "11.8M of 31.1M"
std::string rate_text(const Json& figures);         ///< "12 assets/s, weight 1.9M/s"
std::string left_text(const Json& figures);
std::string slowest_text(const Json& figures);  ///< "batch 17 for 3m12s"

}  // namespace tranche::cli
