#pragma once

#include "tranche/adapter.hpp"

namespace tranche::adapters {

/// Argo Workflows: see README.md in this folder.
Adapter argo_adapter();

/// Public for tests.
Identity argo_identity(const Environment& environment);

}  // namespace tranche::adapters
