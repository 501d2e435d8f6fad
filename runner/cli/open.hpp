#pragma once

#include "cli/command.hpp"

#include "tranche/inventory.hpp"

#include <optional>
#include <string>

namespace tranche::cli {

/// For commands that define something: the inventory is made where there is none yet.
Inventory make_inventory(const Context& context);

/// For all others, which leave no database behind where there was none.
/// Errors: not_found naming `what`, such as "job 'flights'", where there is no inventory yet.
Inventory need_inventory(const Context& context, const std::string& what);

/// Empty where there is no inventory yet: a listing has nothing to list.
std::optional<Inventory> find_inventory(const Context& context);

/// The database of a job's assets.
DatabaseUrl source_of(const Context& context, const JobDefinition& definition);

}  // namespace tranche::cli
