#include "sql/read_rows.hpp"

#include "source/filter_text.hpp"

#include "tranche/definition.hpp"

#include <nlohmann/json.hpp>

namespace tranche::sql {

namespace {

template <typename Map>
Map map_from_json(const std::string& text) {
  return nlohmann::json::parse(text).get<Map>();
}

}  // namespace

std::string outputs_json(const Outputs& outputs) {
  return nlohmann::json(outputs).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Job read_job(const Rows& rows) {
  RowReader row(rows);
  Job job;
  job.id = row.integer();
  job.name = row.text();
  job.paused = row.flag();
  job.version_id = row.integer();
  job.version = row.small();
  job.definition = definition_from_json(row.text(), true);
  job.created_at = row.time();
  job.updated_at = row.time();
  return job;
}

Window read_window(RowReader& row, KeyType type) {
  Window window;
  window.id = row.integer();
  window.job_id = row.integer();
  window.name = row.text();
  window.kind = row.text() == "campaign" ? WindowKind::campaign : WindowKind::incremental;
  const std::string state = row.text();
  window.state = state == "paused"      ? WindowState::paused
                 : state == "cancelled" ? WindowState::cancelled
                                        : WindowState::active;
  window.state_reason = row.text();
  window.lower = row.maybe_key(type);
  window.upper = row.maybe_key(type);
  window.frontier = row.maybe_key(type);
  window.generation = row.small();
  window.limits.max_count = row.maybe_integer();
  window.limits.max_weight = row.maybe_real();
  window.created_at = row.time();
  window.halt_count = row.maybe_integer();
  window.halt_after = row.text();
  window.waiting_key = row.maybe_key(type);
  window.waiting_since = row.maybe_time();
  window.max_in_flight = row.maybe_integer();
  window.learned = row.text();
  window.filter = row.text();
  window.only_missing = row.flag();
  window.missing_version = row.maybe_small();
  window.newest_first = row.flag();
  return window;
}

std::optional<PlannedAhead> read_ahead(RowReader& row, KeyType type) {
  auto bytes = row.maybe_blob();
  if (!bytes) {
    return std::nullopt;
  }
  return PlannedAhead{
      bytes->empty() ? std::nullopt : std::optional(Key::from_bytes(type, std::move(*bytes))), {}};
}
std::string ahead_bytes(const PlannedAhead& ahead) {
  return ahead.frontier ? ahead.frontier->bytes() : std::string();
}

StoredBatch read_batch(const Rows& rows) {
  RowReader row(rows);
  StoredBatch stored;
  Batch& batch = stored.batch;
  batch.id = row.integer();
  batch.window_id = row.integer();
  batch.job_id = row.integer();
  batch.version_id = row.integer();
  batch.job = row.text();
  batch.window = row.text();
  const KeyType type = key_type_from_string(row.text());
  batch.first_key = row.maybe_key(type);
  batch.last_key = row.maybe_key(type);
  batch.count = row.integer();
  batch.weight = row.real();
  batch.status = batch_status_from_string(row.text());
  batch.exhausted = row.flag();
  batch.skipped = row.flag();
  stored.superseded_from = row.maybe_key(type);
  batch.superseded = stored.superseded_from && *stored.superseded_from <= *batch.first_key;
  batch.attempt = row.small();
  batch.max_attempts = row.small();
  batch.token = row.text();
  batch.available_at = row.maybe_time();
  batch.acquired_at = row.maybe_time();
  batch.released_at = row.maybe_time();
  batch.run_id = row.text();
  batch.exit_code = row.maybe_small();
  batch.message = row.text();
  batch.outputs = map_from_json<Outputs>(row.text());
  batch.parent_id = row.maybe_integer();
  batch.table = row.text_or_empty();
  batch.key_column = row.text_or_empty();
  batch.filter = row.text_or_empty();
  stored.generation = row.small();
  stored.digest = static_cast<std::uint64_t>(row.integer());
  stored.lease = Duration(row.integer());
  stored.current_version_id = row.integer();
  batch.straggler = row.flag();
  stored.ahead = read_ahead(row, type);
  const std::string planned_for = row.text_or_empty();
  if (stored.ahead) {
    stored.ahead->limits = planned_for;
  }
  batch.done_count = row.integer();
  batch.size_reason = row.text();
  batch.filter = source::conjunction({batch.filter, row.text()});
  return stored;
}

Attempt read_attempt(RowReader& row) {
  Attempt attempt;
  attempt.attempt = row.small();
  attempt.run_id = row.text();
  attempt.started_at = row.time();
  attempt.ended_at = row.maybe_time();
  attempt.outcome = outcome_from_string(row.text());
  attempt.exit_code = row.maybe_small();
  attempt.signal = row.maybe_small();
  attempt.message = row.text();
  attempt.outputs = map_from_json<Outputs>(row.text());
  return attempt;
}

Run read_run(const Rows& rows) {
  RowReader row(rows);
  Run run;
  run.id = row.text();
  run.job = row.text();
  run.window = row.text();
  run.host = row.text();
  run.boot_id = row.text();
  run.pid = row.integer();
  run.user = row.text();
  run.command = map_from_json<std::vector<std::string>>(row.text());
  run.identity = map_from_json<std::map<std::string, std::string>>(row.text());
  run.version = row.text();
  run.started_at = row.time();
  run.ended_at = row.maybe_time();
  run.exit_status = row.maybe_small();
  run.succeeded = row.integer();
  run.failed = row.integer();
  return run;
}

}  // namespace tranche::sql
