#pragma once

#include "tranche/adapter.hpp"

namespace tranche::adapters {

/// Argo Workflows: see README.md in this folder.
Adapter argo_adapter();

/// Public for tests.
std::map<std::string, std::string> argo_identity(const Environment& environment);

}  // namespace tranche::adapters
