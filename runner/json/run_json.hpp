#pragma once

#include "json/values.hpp"

namespace tranche::runner {

nlohmann::ordered_json run_json(const Run& run);

}  // namespace tranche::runner
