#pragma once

#include "tranche/adapter.hpp"

namespace tranche::adapters {

/// The adapters that come with tranche, in the order in which `--adapter auto` looks at them.
AdapterRegistry built_in_adapters();

}  // namespace tranche::adapters
