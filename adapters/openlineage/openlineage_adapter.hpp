#pragma once

#include "tranche/adapter.hpp"

namespace tranche::adapters {

/// OpenLineage: see README.md in this folder. What it hears goes to the program
/// tranche-adapter-openlineage; here is only what the runner must know.
Adapter openlineage_adapter();

}  // namespace tranche::adapters
