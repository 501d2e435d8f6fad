#pragma once

#include "sql/row_reader.hpp"

#include "tranche/store.hpp"

namespace tranche::sql {

/// Rows in the order of the column lists of inventory.sql.
Job read_job(const Rows& rows);
Run read_run(const Rows& rows);
Window read_window(RowReader& row, KeyType type);
Attempt read_attempt(RowReader& row);

constexpr int kBatchColumns = 39;
StoredBatch read_batch(const Rows& rows);

/// Stored as bytes; none stand for a window without a frontier.
std::optional<PlannedAhead> read_ahead(RowReader& row, KeyType type);
std::string ahead_bytes(const PlannedAhead& ahead);

/// Values of a command, whatever their bytes, as JSON.
std::string outputs_json(const Outputs& outputs);

}  // namespace tranche::sql
