#pragma once

#include "json/values.hpp"

#include "tranche/inventory.hpp"

#include <vector>

namespace tranche::runner {

/// One row for each window of every job, by the job's name; campaigns that were cancelled are left
/// out. A window whose source cannot be read has `error`, and null for what only the source knows.
std::vector<Json> status_rows(Inventory& inventory);

}  // namespace tranche::runner
