#pragma once

#include "tranche/inventory.hpp"

#include <cstdint>
#include <string>

namespace tranche::cli {

/// The job as it was in one of its versions, which count from 1. Errors: not_found, telling those
/// that there are.
Job find_job_version(Inventory& inventory, const std::string& job, std::int64_t version);

}  // namespace tranche::cli
