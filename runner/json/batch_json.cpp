#include "json/batch_json.hpp"

namespace tranche::runner {
namespace {

std::optional<TimePoint> when(bool applies, const std::optional<TimePoint>& time) {
  return applies ? time : std::nullopt;
}

bool waits_for_retry(const Batch& batch) {
  return batch.status == BatchStatus::failed && !batch.exhausted && !batch.superseded;
}

}  // namespace

Json batch_json(const Batch& batch) {
  const bool processing = batch.status == BatchStatus::processing;
  return {{"batch_id", batch.id == 0 ? Json(nullptr) : Json(batch.id)},
          {"job", batch.job},
          {"window", batch.window},
          {"first_key", key_json(batch.first_key)},
          {"last_key", key_json(batch.last_key)},
          {"first_key_text", key_text_json(batch.first_key)},
          {"last_key_text", key_text_json(batch.last_key)},
          {"count", batch.count},
          {"weight", weight_json(batch.weight)},
          {"status", to_string(batch.status)},
          {"exhausted", batch.exhausted},
          {"skipped", batch.skipped},
          {"superseded", batch.superseded},
          {"straggler", batch.straggler},
          {"attempt", batch.attempt},
          {"max_attempts", batch.max_attempts},
          {"lease_token", text_json(batch.token)},
          {"lease_expires_at", time_json(when(processing, batch.available_at))},
          {"retry_at", time_json(when(waits_for_retry(batch), batch.available_at))},
          {"acquired_at", time_json(batch.acquired_at)},
          {"released_at", time_json(batch.released_at)},
          {"run_id", text_json(batch.run_id)},
          {"exit_code", maybe_json(batch.exit_code)},
          {"message", text_json(batch.message)},
          {"outputs", outputs_json(batch.outputs)},
          {"done_count", batch.done_count},
          {"size_reason", text_json(batch.size_reason)},
          {"parent_batch_id", maybe_json(batch.parent_id)},
          {"table", batch.table},
          {"key_column", batch.key_column},
          {"filter", batch.filter}};
}

Json batch_json(const Batch& batch, TimePoint now) {
  Json json = batch_json(batch);
  json["lease_expired"] =
      batch.status == BatchStatus::processing && batch.available_at && *batch.available_at <= now;
  return json;
}

Json attempt_json(const Attempt& attempt) {
  return {{"attempt", attempt.attempt},
          {"run_id", text_json(attempt.run_id)},
          {"started_at", time_json(attempt.started_at)},
          {"ended_at", time_json(attempt.ended_at)},
          {"outcome", attempt.outcome ? Json(to_string(*attempt.outcome)) : Json(nullptr)},
          {"exit_code", maybe_json(attempt.exit_code)},
          {"signal", maybe_json(attempt.signal)},
          {"message", text_json(attempt.message)},
          {"outputs", outputs_json(attempt.outputs)}};
}

Json history_json(const BatchHistory& history, TimePoint now) {
  Json json = batch_json(history.batch, now);
  json["children"] = history.batch.children;
  json["attempts"] = Json::array();
  for (const Attempt& attempt : history.attempts) {
    json["attempts"].push_back(attempt_json(attempt));
  }
  json["attempts_pruned"] = history.pruned;
  return json;
}

}  // namespace tranche::runner
