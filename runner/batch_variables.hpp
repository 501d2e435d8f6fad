#pragma once

#include "tranche/types.hpp"

#include <string>
#include <utility>
#include <vector>

namespace tranche::runner {

using Variables = std::vector<std::pair<std::string, std::string>>;

/// What a command is told of its batch: TRANCHE_JOB to TRANCHE_RANGE_SQL, without those of a
/// runner's iteration and files.
Variables batch_variables(const Batch& batch, const std::string& range_sql);

}  // namespace tranche::runner
