#pragma once

#include "inventory/impl.hpp"

#include <string>

namespace tranche {

/// What `job create` checks of a filter, with the campaign's in its place. Errors: refused, usage.
void check_campaign_filter(const Inventory::Impl& impl, const Job& job, const std::string& filter);

/// Errors: refused, where the job has no such version.
void check_missing_version(Inventory::Impl& impl, const Job& job, int version);

}  // namespace tranche
