#pragma once

#include "progress/figures.hpp"

#include "tranche/inventory.hpp"

namespace tranche::runner {

/// How far a window is as its ledger tells it: the rate is that of the batches that succeeded last,
/// and there is no time left to tell where none is running.
/// Errors: those of the inventory's questions.
Figures window_figures(Inventory& inventory, const Backlog& backlog);

}  // namespace tranche::runner
