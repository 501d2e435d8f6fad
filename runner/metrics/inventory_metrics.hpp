#pragma once

#include "tranche/inventory.hpp"

#include <optional>
#include <string>

namespace tranche::runner {

/// What a monitor asks of an inventory, as Prometheus reads it (adapters/prometheus/README.md).
/// `job`: only this one. A source that cannot be read is told as a warning and by
/// tranche_backlog_up; everything else is there all the same.
std::string inventory_metrics(Inventory& inventory, const std::optional<std::string>& job);

}  // namespace tranche::runner
