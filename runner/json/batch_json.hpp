#pragma once

#include "json/values.hpp"

#include "tranche/inventory.hpp"

namespace tranche::runner {

/// A batch as acquire, batches, batch and TRANCHE_BATCH_FILE show it. Shape: keys are numbers where
/// the column is an integer; lease_expires_at only while it is processing, retry_at only while it
/// waits for another attempt.
nlohmann::ordered_json batch_json(const Batch& batch);
/// With "lease_expired": whether somebody else may take it over at `now`, the database's clock.
nlohmann::ordered_json batch_json(const Batch& batch, TimePoint now);

nlohmann::ordered_json attempt_json(const Attempt& attempt);

/// A batch with its children and its attempts, oldest first; "attempts_pruned" where only the last
/// is known.
nlohmann::ordered_json history_json(const BatchHistory& history, TimePoint now);

}  // namespace tranche::runner
