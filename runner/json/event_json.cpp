#include "json/event_json.hpp"

#include "json/batch_json.hpp"
#include "json/run_json.hpp"

namespace tranche::runner {
namespace {

Json batch_without_token(const Batch& batch) {
  Json json = batch_json(batch);
  json.erase("lease_token");
  return json;
}

Json acquired_json(const BatchAcquired& told) {
  return {{"event", "batch_acquired"},
          {"batch", batch_without_token(told.batch)},
          {"iteration", told.iteration},
          {"range_sql", told.range_sql},
          {"source", place_json(told.source)}};
}

struct ToJson {
  Json operator()(const RunStarted& told) const {
    return {{"event", "run_started"},
            {"run", run_json(told.run)},
            {"iterations", maybe_json(told.iterations)}};
  }
  Json operator()(const BatchAcquired& told) const { return acquired_json(told); }
  Json operator()(const BatchHandedOver& told) const {
    return {{"event", "batch_handed_over"}, {"batch_id", told.batch_id}};
  }
  Json operator()(const BatchResumed& told) const {
    Json json = acquired_json(told.acquired);
    json["event"] = "batch_resumed";
    json["run"] = run_json(told.run);
    return json;
  }
  Json operator()(const BatchProgress& told) const {
    return {{"event", "progress"},
            {"batch_id", told.batch_id},
            {"done", told.done},
            {"total", told.total}};
  }
  Json operator()(const BatchReleased& told) const {
    return {{"event", "batch_released"},
            {"batch", batch_without_token(told.batch)},
            {"attempt", told.attempt},
            {"outcome", to_string(told.outcome)},
            {"recorded", told.recorded},
            {"told", told.told},
            {"elapsed_ms", told.elapsed.count()}};
  }
  Json operator()(const RunFinished& told) const {
    return {{"event", "run_finished"},
            {"run_id", told.run_id},
            {"exit_status", told.exit_status},
            {"summary", Json::parse(told.summary, nullptr, false)}};
  }
};

}  // namespace

Json place_json(const SourcePlace& place) {
  if (place.table.empty()) {
    return nullptr;
  }
  return {{"kind", place.host.empty() ? "sqlite" : "postgresql"},
          {"host", text_json(place.host)},
          {"port", text_json(place.port)},
          {"database", place.database},
          {"schema", text_json(place.schema)},
          {"table", place.table}};
}

Json event_json(const RunEvent& event) {
  return std::visit(ToJson{}, event);
}

}  // namespace tranche::runner
