#include "batch_variables.hpp"

namespace tranche::runner {

Variables batch_variables(const Batch& batch, const std::string& range_sql) {
  const auto text = [](const std::optional<Key>& key) { return key ? key->text() : std::string(); };
  return {{"TRANCHE_JOB", batch.job},
          {"TRANCHE_WINDOW", batch.window},
          {"TRANCHE_RUN_ID", batch.run_id},
          {"TRANCHE_BATCH_ID", std::to_string(batch.id)},
          {"TRANCHE_LEASE_TOKEN", batch.token},
          {"TRANCHE_FIRST_KEY", text(batch.first_key)},
          {"TRANCHE_LAST_KEY", text(batch.last_key)},
          {"TRANCHE_COUNT", std::to_string(batch.count)},
          {"TRANCHE_WEIGHT", format_weight(batch.weight)},
          {"TRANCHE_ATTEMPT", std::to_string(batch.attempt)},
          {"TRANCHE_MAX_ATTEMPTS", std::to_string(batch.max_attempts)},
          {"TRANCHE_TABLE", batch.table},
          {"TRANCHE_KEY_COLUMN", batch.key_column},
          {"TRANCHE_FILTER", batch.filter},
          {"TRANCHE_RANGE_SQL", range_sql},
          {"TRANCHE_STRAGGLER", batch.straggler ? "1" : "0"}};
}

}  // namespace tranche::runner
