#include "openlineage/lineage_names.hpp"

#include "airflow/airflow_adapter.hpp"
#include "openlineage/airflow_time.hpp"
#include "openlineage/uuid.hpp"

#include <nlohmann/json.hpp>

namespace tranche::adapters {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kDefaultNamespace = "default";

std::string given(const Environment& environment, std::string_view name, std::string otherwise) {
  std::string value = variable(environment, name);
  return value.empty() ? otherwise : value;
}

std::string text_at(const Json& object, const char* outer, const char* inner) {
  const auto found = object.find(outer);
  if (found == object.end() || !found->is_object()) {
    return {};
  }
  const auto value = found->find(inner);
  return value != found->end() && value->is_string() ? value->get<std::string>() : std::string();
}

std::optional<LineageRun> valid(LineageRun run) {
  return run.job_namespace.empty() || run.job_name.empty() || !is_uuid(run.run_id)
             ? std::nullopt
             : std::optional(std::move(run));
}

std::optional<LineageRun> from_context(const Json& told) {
  return !told.is_object() ? std::nullopt
                           : valid({text_at(told, "job", "namespace"),
                                    text_at(told, "job", "name"),
                                    text_at(told, "run", "runId")});
}

std::optional<LineageParent> context_parent(const Environment& environment) {
  const Json context = Json::parse(variable(environment, "OPENLINEAGE_CONTEXT"), nullptr, false);
  if (!context.is_object() || !context.contains("parent")) {
    return std::nullopt;
  }
  const Json& told = context["parent"];
  const auto parent = from_context(told);
  if (!parent) {
    return std::nullopt;
  }
  return LineageParent{*parent, from_context(told.value("root", Json()))};
}

/// "NAMESPACE/JOB/UUID"; a namespace may hold slashes itself.
std::optional<LineageRun> from_id(const std::string& id) {
  const std::size_t last = id.rfind('/');
  const std::size_t middle =
      last == std::string::npos || last == 0 ? std::string::npos : id.rfind('/', last - 1);
  if (middle == std::string::npos) {
    return std::nullopt;
  }
  return valid(
      {id.substr(0, middle), id.substr(middle + 1, last - middle - 1), id.substr(last + 1)});
}

std::optional<LineageParent> id_parent(const Environment& environment) {
  const auto parent = from_id(variable(environment, "OPENLINEAGE_PARENT_ID"));
  if (!parent) {
    return std::nullopt;
  }
  return LineageParent{*parent, from_id(variable(environment, "OPENLINEAGE_ROOT_PARENT_ID"))};
}

/// The id of the task's run is made of its names and the logical date, or the time in the name of
/// the DAG run where there is no such date. The DAG run's own id needs a number that no task is
/// told, so there is no root.
std::optional<LineageParent> airflow_parent(const Environment& environment) {
  const std::string dag = variable(environment, "AIRFLOW_CTX_DAG_ID");
  const std::string task = variable(environment, "AIRFLOW_CTX_TASK_ID");
  std::string date = airflow_logical_date(environment);
  if (date.empty()) {
    date = time_in_run_id(variable(environment, "AIRFLOW_CTX_DAG_RUN_ID"));
  }
  const auto time = parse_airflow_time(date);
  if (dag.empty() || task.empty() || !time) {
    return std::nullopt;
  }
  const std::string space =
      given(environment, "AIRFLOW__OPENLINEAGE__NAMESPACE", lineage_namespace(environment));
  const std::string seed = time->iso_utc + space + "." + dag + "." + task + "." +
                           given(environment, "AIRFLOW_CTX_TRY_NUMBER", "1") + "." +
                           given(environment, "TRANCHE_IDENTITY_MAP_INDEX", "-1");
  return LineageParent{{space, dag + "." + task, timed_uuid(time->since_1970, seed)}, {}};
}

}  // namespace

std::string lineage_namespace(const Environment& environment) {
  return given(environment, "OPENLINEAGE_NAMESPACE", std::string(kDefaultNamespace));
}

LineageRun attempt_run(const Environment& environment,
                       std::string_view job,
                       std::string_view run_id,
                       std::int64_t batch_id,
                       std::int64_t iteration) {
  const std::string name = std::to_string(batch_id) + "/" + std::to_string(iteration);
  return {lineage_namespace(environment),
          "tranche." + std::string(job),
          name_uuid(run_id, name).value_or("")};
}

std::optional<LineageParent> lineage_parent(const Environment& environment) {
  if (auto parent = context_parent(environment)) {
    return parent;
  }
  if (auto parent = id_parent(environment)) {
    return parent;
  }
  return airflow_parent(environment);
}

}  // namespace tranche::adapters
