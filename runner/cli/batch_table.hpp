#pragma once

#include "cli/output.hpp"

#include "tranche/inventory.hpp"

#include <string>
#include <vector>

/// How batches are shown.
namespace tranche::cli {

/// Columns of a listing of batch_json() rows. `windows`: with the name of each one's window.
std::vector<Column> batch_columns(TimePoint now, bool windows);

/// Of batches that are not handed out yet.
std::vector<Column> plan_columns();

/// Of one batch, a line each.
std::vector<Column> batch_fields(TimePoint now);

/// Of its attempts.
std::vector<Column> attempt_columns(TimePoint now);

/// Says that of a batch's attempts no more than the last is known.
void tell_pruned(std::int64_t batch_id);

/// The batches that a repair changed.
void list_changed(OutputFormat format, Inventory& inventory, const std::vector<Batch>& batches);

}  // namespace tranche::cli
