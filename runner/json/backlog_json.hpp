#pragma once

#include "json/values.hpp"

namespace tranche::runner {

nlohmann::ordered_json backlog_json(const Backlog& backlog);

}  // namespace tranche::runner
