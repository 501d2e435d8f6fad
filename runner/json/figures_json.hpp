#pragma once

#include "json/values.hpp"
#include "progress/figures.hpp"

namespace tranche::runner {

/// {"progress","done_count","done_weight","total_count","total_weight","count_per_second",
/// "weight_per_second","seconds_left","slowest":{"batch_id","seconds"}}; null where it is not
/// known.
Json figures_json(const Figures& figures);

}  // namespace tranche::runner
