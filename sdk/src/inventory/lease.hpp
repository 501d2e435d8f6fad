#pragma once

#include "tranche/store.hpp"

#include <string>
#include <string_view>

namespace tranche {

/// Errors: usage.
void check_lease(Duration lease);

/// One line on why `token` does not hold the batch.
std::string describe_lost(const StoredBatch& stored, std::string_view token);

}  // namespace tranche
