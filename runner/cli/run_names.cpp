#include "cli/run_names.hpp"

#include "cli/print.hpp"
#include "json/run_json.hpp"

#include "tranche/error.hpp"

#include <algorithm>
#include <set>

namespace tranche::cli {

using runner::Json;

namespace {

constexpr int kPriority = 6;

std::string name(const Json& identity, const char* key) {
  return identity.value(key, "");
}

std::string airflow_text(const Json& identity) {
  std::string text = name(identity, "dag_id") + "." + name(identity, "task_id");
  if (const std::string index = name(identity, "map_index"); !index.empty()) {
    text += "[" + index + "]";
  }
  if (const std::string run = name(identity, "dag_run_id"); !run.empty()) {
    text += " " + run;
  }
  if (const std::string attempt = name(identity, "try_number"); !attempt.empty()) {
    text += " try " + attempt;
  }
  return text;
}

std::string all_names(const Json& identity) {
  std::string text;
  for (const auto& [key, value] : identity.items()) {
    if (key != "link") {
      text += (text.empty() ? "" : " ") + key + "=" + value.get<std::string>();
    }
  }
  return text.empty() ? "-" : text;
}

/// A run has one application for each attempt, and is known by the last: here by the attempt's own.
Json run_as_of(const Json& attempt) {
  Json run = attempt.at("run");
  if (run.is_null()) {
    return run;
  }
  Json& identity = run.at("identity");
  for (const char* own : {"spark_application_id", "spark_driver_id", "spark_submission_id"}) {
    identity.erase(own);
    const auto found = attempt.at("outputs").find(own);
    if (found != attempt.at("outputs").end()) {
      identity[own] = *found;
    }
  }
  return run;
}

}  // namespace

Json runs_of(Inventory& inventory, const std::vector<BatchHistory>& histories) {
  Json runs = Json::array();
  std::set<std::string> seen;
  for (const BatchHistory& history : histories) {
    for (const Attempt& attempt : history.attempts) {
      if (attempt.run_id.empty() || !seen.insert(attempt.run_id).second) {
        continue;
      }
      try {
        runs.push_back(runner::run_json(inventory.find_run(attempt.run_id)));
      } catch (const Error& error) {
        if (error.code() != ErrorCode::not_found) {
          throw;
        }
      }
    }
  }
  return runs;
}

Json run_of(const Json& runs, const Json& run_id) {
  const auto found = std::find_if(
      runs.begin(), runs.end(), [&](const Json& run) { return run.at("run_id") == run_id; });
  return found == runs.end() ? Json(nullptr) : *found;
}

std::string orchestrator_text(const Json& run) {
  if (run.is_null()) {
    return "-";
  }
  const Json& identity = run.at("identity");
  const std::string application = name(identity, "spark_application_id");
  const std::string then = application.empty() ? "" : " " + application;
  if (!name(identity, "dag_id").empty()) {
    return airflow_text(identity) + then;
  }
  if (!name(identity, "workflow_name").empty()) {
    return name(identity, "workflow_name") + " " + name(identity, "node_id") + then;
  }
  return all_names(identity);
}

std::vector<Column> orchestrator_columns(const Json& runs) {
  const bool any = std::any_of(
      runs.begin(), runs.end(), [](const Json& run) { return !run.at("identity").empty(); });
  if (!any) {
    return {};
  }
  return {{"run", "ORCHESTRATOR", Column::Align::left, kPriority, [](const Json& attempt) {
             return orchestrator_text(run_as_of(attempt));
           }}};
}

void print_links(const Json& runs) {
  for (const Json& run : runs) {
    if (const Json& link = run.at("link"); !link.is_null()) {
      print("run " + run.at("run_id").get<std::string>() + ": " + link.get<std::string>() + "\n");
    }
  }
}

}  // namespace tranche::cli
