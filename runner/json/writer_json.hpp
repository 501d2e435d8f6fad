#pragma once

#include "json/values.hpp"

#include "tranche/types.hpp"

#include <vector>

namespace tranche::runner {

/// [{"pid","name","age_seconds"}], null for what this role may not see.
Json writers_json(const std::vector<Writer>& writers);

}  // namespace tranche::runner
