#pragma once

#include "loop/live_inventory.hpp"
#include "loop/run_options.hpp"
#include "loop/run_state.hpp"

#include "tranche/types.hpp"

namespace tranche::runner {

/// Enters the run, once everything that would be refused has been. A connection that breaks
/// meanwhile is opened again; a server that is not there is an error at once.
void start_in_ledger(LiveInventory& inventory, const Run& run, const RunOptions& options);

/// What a command was called where it ran, for `runs --identity`. Warns where that is not possible.
void add_names_in_ledger(LiveInventory& inventory,
                         const std::string& run_id,
                         const Identity& names);

/// Warns where that is not possible: the work is done all the same.
void finish_in_ledger(LiveInventory& inventory,
                      const std::string& run_id,
                      int status,
                      const RunState& state);

}  // namespace tranche::runner
