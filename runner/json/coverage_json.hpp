#pragma once

#include "json/values.hpp"

#include "tranche/coverage.hpp"

namespace tranche::runner {

Json gap_json(const Gap& gap);
Json difference_json(const Difference& difference);

}  // namespace tranche::runner
