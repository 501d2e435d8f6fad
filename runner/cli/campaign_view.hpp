#pragma once

#include "cli/output.hpp"

#include "tranche/inventory.hpp"

#include <string>
#include <vector>

namespace tranche::cli {

std::vector<Column> campaign_fields();

/// A campaign and what is left of it.
Json campaign_json(Inventory& inventory, const std::string& job, const std::string& name);

}  // namespace tranche::cli
