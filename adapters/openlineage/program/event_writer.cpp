#include "event_writer.hpp"

#include "datasets.hpp"
#include "facets.hpp"
#include "openlineage/lineage_names.hpp"

#include "tranche/database_url.hpp"
#include "tranche/units.hpp"

#include <algorithm>
#include <chrono>

namespace tranche::adapters::openlineage {
namespace {

using Json = nlohmann::json;

constexpr const char* kSchema =
    "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent";

std::string text(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string line_of(const Json& event) {
  return event.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string now() {
  return format_time(
      std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()));
}

/// What the failure policy lets pass counts as succeeded; what was neither done nor failed, and
/// comes again, was aborted.
std::string type_of(const std::string& outcome) {
  if (outcome == "succeeded" || outcome == "skipped") {
    return "COMPLETE";
  }
  const bool failed =
      outcome == "failed" || outcome == "timeout" || outcome == "split" || outcome == "not_started";
  return failed ? "FAIL" : "ABORT";
}

Json error_facet(const std::string& message) {
  // The field is demanded, and of a command nobody knows.
  return facet("1-0-1/ErrorMessageRunFacet",
               {{"message", redact_passwords(message)}, {"programmingLanguage", "UNKNOWN"}});
}

/// The source table with the batch's range; empty where it did not tell its name.
Json input_of(const Json& told, const std::string& host) {
  const Json& source = told.at("source");
  if (source.is_null()) {
    return Json::array();
  }
  const DatasetName name = source_name(source, host);
  Json input = {{"namespace", name.space}, {"name", name.name}};
  if (const Json range = subset(told.at("batch")); !range.is_null()) {
    input["inputFacets"]["subset"] = range;
  }
  return Json::array({input});
}

std::string message_of(const Json& told) {
  const std::string summary = text(told, "told");
  const std::string message = text(told.at("batch"), "message");
  if (message.empty() || message == summary) {
    return summary;
  }
  return summary.empty() ? message : summary + ": " + message;
}

}  // namespace

EventWriter::EventWriter(const Environment& environment)
    : environment_(environment), caller_(caller_facets(environment)) {}

std::optional<std::string> EventWriter::hear(const Json& told) {
  const std::string event = text(told, "event");
  if (event == "run_started") {
    run_ = told.at("run");
  } else if (event == "batch_acquired") {
    return begin(told);
  } else if (event == "batch_handed_over") {
    held_.erase(told.at("batch_id").get<std::int64_t>());
  } else if (event == "batch_resumed") {
    resume(told);
  } else if (event == "batch_released") {
    return end(told);
  }
  return std::nullopt;
}

std::string EventWriter::begin(const Json& told) {
  Attempt attempt = attempt_of(told, caller_);
  const std::string line = close(attempt, "START", attempt.begun_at);
  held_[told.at("batch").at("batch_id")] = std::move(attempt);
  return line;
}

void EventWriter::resume(const Json& told) {
  run_ = told.at("run");
  // The task that releases is not the one that began: the start has told of that.
  Attempt attempt = attempt_of(told, Json::object());
  attempt.resumed = true;
  held_[told.at("batch").at("batch_id")] = std::move(attempt);
}

EventWriter::Attempt EventWriter::attempt_of(const Json& told, const Json& caller) const {
  const Json& batch = told.at("batch");
  const LineageRun own = attempt_run(environment_,
                                     text(batch, "job"),
                                     text(run_, "run_id"),
                                     batch.at("batch_id"),
                                     told.at("iteration"));
  Attempt attempt;
  attempt.begun_at = text(batch, "acquired_at");
  if (attempt.begun_at.empty()) {
    attempt.begun_at = now();
  }
  attempt.parameters = attempt_parameters(run_, told);
  attempt.count = batch.at("count");
  Json facets = caller;
  facets["processing_engine"] = facet("1-1-1/ProcessingEngineRunFacet",
                                      {{"name", "tranche"},
                                       {"version", text(run_, "version")},
                                       {"openlineageAdapterVersion", TRANCHE_VERSION}});
  attempt.start = {{"producer", producer()},
                   {"schemaURL", kSchema},
                   {"run", {{"runId", own.run_id}, {"facets", facets}}},
                   {"job",
                    {{"namespace", own.job_namespace},
                     {"name", own.job_name},
                     {"facets",
                      {{"jobType",
                        facet("2-0-4/JobTypeJobFacet",
                              {{"processingType", "BATCH"},
                               {"integration", "TRANCHE"},
                               {"jobType", "COMMAND"}})}}}}},
                   {"inputs", input_of(told, text(run_, "host"))},
                   {"outputs", Json::array()}};
  return attempt;
}

std::optional<std::string> EventWriter::end(const Json& told) {
  const Json& batch = told.at("batch");
  auto found = held_.extract(batch.at("batch_id").get<std::int64_t>());
  if (found.empty()) {
    return std::nullopt;
  }
  Attempt attempt = std::move(found.mapped());
  const std::string outcome = told.at("outcome");
  const std::string type = type_of(outcome);
  if (type == "COMPLETE" && !attempt.start["inputs"].empty()) {
    attempt.start["inputs"][0]["inputFacets"]["inputStatistics"] =
        facet("1-0-0/InputStatisticsInputDatasetFacet", {{"rowCount", attempt.count}});
  }
  if (outcome == "succeeded") {
    attempt.start["outputs"] = output_datasets(batch.value("outputs", Json::object()));
  } else {
    attempt.start["run"]["facets"]["errorMessage"] = error_facet(message_of(told));
  }
  for (const Json& parameter : end_parameters(told)) {
    attempt.parameters.push_back(parameter);
  }
  // Both by the database's clock, where it was told; that of an earlier attempt says nothing.
  const std::string released = text(batch, "released_at");
  const std::string time = released >= attempt.begun_at ? released : now();
  return close(attempt, type, std::max(time, attempt.begun_at));
}

std::string EventWriter::close(Attempt attempt,
                               const std::string& type,
                               const std::string& time) const {
  attempt.start["eventType"] = type;
  attempt.start["eventTime"] = time;
  attempt.start["run"]["facets"]["executionParameters"] =
      facet("1-0-0/ExecutionParametersRunFacet", {{"parameters", attempt.parameters}});
  return line_of(attempt.start);
}

std::vector<std::string> EventWriter::lose_all() {
  std::vector<std::string> lines;
  for (auto& [id, attempt] : held_) {
    if (attempt.resumed) {
      continue;
    }
    attempt.start["run"]["facets"]["errorMessage"] =
        error_facet("the runner ended before it told the end");
    lines.push_back(close(attempt, "ABORT", std::max(now(), attempt.begun_at)));
  }
  held_.clear();
  return lines;
}

}  // namespace tranche::adapters::openlineage
