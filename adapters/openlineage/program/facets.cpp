#include "facets.hpp"

#include "airflow/airflow_adapter.hpp"
#include "openlineage/airflow_time.hpp"

#include "tranche/database_url.hpp"

namespace tranche::adapters::openlineage {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLongestValue = 10'000;

Json run_json(const LineageRun& run) {
  return {{"run", {{"runId", run.run_id}}},
          {"job", {{"namespace", run.job_namespace}, {"name", run.job_name}}}};
}

Json compare(const std::string& column, const char* comparison, const std::string& value) {
  return {{"type", "compare"},
          {"comparison", comparison},
          {"left", {{"type", "field"}, {"field", column}}},
          {"right", {{"type", "literal"}, {"value", value}}}};
}

void add(Json& parameters, const std::string& key, const Json& value) {
  if (value.is_null() || (value.is_string() && value.get<std::string>().empty())) {
    return;
  }
  std::string text = redact_passwords(value.is_string() ? value.get<std::string>() : value.dump());
  if (text.size() <= kLongestValue) {
    parameters.push_back({{"key", key}, {"value", std::move(text)}});
  }
}

std::string joined(const Json& words) {
  std::string line;
  for (const Json& word : words) {
    line += (line.empty() ? "" : " ") + word.get<std::string>();
  }
  return line;
}

}  // namespace

std::string producer() {
  return "pkg:generic/tranche@" TRANCHE_VERSION;
}

Json facet(const std::string& name, Json fields) {
  const std::size_t version = name.find('/');
  const std::size_t other = name.find('/', version + 1);
  const std::string file = name.substr(0, other);
  const std::string definition = name.substr((other == std::string::npos ? version : other) + 1);
  fields["_producer"] = producer();
  fields["_schemaURL"] =
      "https://openlineage.io/spec/facets/" + file + ".json#/$defs/" + definition;
  return fields;
}

Json subset(const Json& batch) {
  if (batch.value("straggler", false)) {
    return {};
  }
  const std::string column = batch.at("key_column");
  return facet("1-0-0/BaseSubsetDatasetFacet/InputSubsetInputDatasetFacet",
               {{"inputCondition",
                 {{"type", "binary"},
                  {"operator", "AND"},
                  {"left", compare(column, "GREATER_EQUAL_THAN", batch.at("first_key_text"))},
                  {"right", compare(column, "LESS_EQUAL_THAN", batch.at("last_key_text"))}}}});
}

Json attempt_parameters(const Json& run, const Json& acquired) {
  Json all = Json::array();
  const Json& batch = acquired.at("batch");
  for (const char* const name : {"run_id", "host", "user", "link"}) {
    add(all, std::string("tranche.") + name, run.value(name, Json()));
  }
  add(all, "tranche.command", joined(run.value("command", Json::array())));
  for (const char* const name : {"batch_id",
                                 "window",
                                 "attempt",
                                 "max_attempts",
                                 "first_key_text",
                                 "last_key_text",
                                 "count",
                                 "weight",
                                 "filter"}) {
    const std::string key = name;
    add(all, "tranche." + key.substr(0, key.find("_text")), batch.value(name, Json()));
  }
  add(all, "tranche.iteration", acquired.value("iteration", Json()));
  add(all, "tranche.range_sql", acquired.value("range_sql", Json()));
  const Json identity = run.value("identity", Json::object());
  for (const auto& [name, value] : identity.items()) {
    if (name != "link") {
      add(all, "tranche.identity." + name, value);
    }
  }
  return all;
}

Json end_parameters(const Json& released) {
  Json all = Json::array();
  const Json& batch = released.at("batch");
  add(all, "tranche.outcome", released.at("outcome"));
  add(all, "tranche.exit_code", batch.value("exit_code", Json()));
  const Json outputs = batch.value("outputs", Json::object());
  for (const auto& [name, value] : outputs.items()) {
    add(all, "tranche.output." + name, value);
  }
  return all;
}

Json caller_facets(const Environment& environment) {
  Json facets = Json::object();
  if (const auto found = lineage_parent(environment)) {
    Json parent = run_json(found->parent);
    if (found->root) {
      parent["root"] = run_json(*found->root);
    }
    facets["parent"] = facet("1-2-0/ParentRunFacet", std::move(parent));
  }
  if (const auto time = parse_airflow_time(airflow_logical_date(environment))) {
    facets["nominalTime"] =
        facet("1-0-1/NominalTimeRunFacet", {{"nominalStartTime", time->iso_utc}});
  }
  return facets;
}

}  // namespace tranche::adapters::openlineage
