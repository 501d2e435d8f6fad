#pragma once

#include "loop/live_inventory.hpp"
#include "loop/run_options.hpp"

namespace tranche::runner {

/// One invocation of the runner: acquires batches and runs the command over them until the options
/// or a signal end it. Returns the exit status (CONTRACT: "Exit status"). Forks its guard, so it
/// must be called before any thread or database connection exists. Errors: what is refused before
/// the first batch: unknown job, unwritable summary, no database.
int run(const RunOptions& options, const InventoryOpener& open);

}  // namespace tranche::runner
