#include "airflow/airflow_adapter.hpp"

#include "files.hpp"

#include <array>
#include <cctype>
#include <filesystem>
#include <utility>

namespace tranche::adapters {
namespace {

constexpr int kSkipStatus = 99;
// Airflow kills 5 s after its SIGTERM; the release needs what is left.
constexpr Duration kGrace = std::chrono::seconds(3);
constexpr std::string_view kXComFolder = "/airflow/xcom";

// Airflow 2 alone sets it, and to every task.
constexpr std::string_view kDateOfAirflow2 = "AIRFLOW_CTX_EXECUTION_DATE";

using Names = std::array<std::pair<std::string_view, std::string_view>, 6>;
constexpr Names kNames{{{"AIRFLOW_CTX_DAG_ID", "dag_id"},
                        {"AIRFLOW_CTX_DAG_RUN_ID", "dag_run_id"},
                        {"AIRFLOW_CTX_TASK_ID", "task_id"},
                        {"AIRFLOW_CTX_TRY_NUMBER", "try_number"},
                        {"AIRFLOW_CTX_DAG_OWNER", "dag_owner"},
                        {"AIRFLOW_CTX_TEAM_NAME", "team_name"}}};

std::string url_encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || std::string_view("-._~").find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += {'%', kDigits[byte >> 4U], kDigits[byte & 0xFU]};
    }
  }
  return encoded;
}

struct TaskNames {
  std::string dag;
  std::string run;
  std::string task;
  std::string attempt;
  std::string map_index;  ///< empty: the task is not mapped
};

std::string page_in_airflow_2(const TaskNames& names, std::string_view date) {
  return "/dags/" + names.dag + "/grid?dag_run_id=" + names.run + "&task_id=" + names.task +
         (names.map_index.empty() ? "" : "&map_index=" + names.map_index) +
         "&base_date=" + url_encoded(date) + "&tab=logs";
}

std::string page_in_airflow_3(const TaskNames& names) {
  return "/dags/" + names.dag + "/runs/" + names.run + "/tasks/" + names.task +
         (names.map_index.empty() ? "" : "/mapped/" + names.map_index) +
         (names.attempt.empty() ? "" : "?try_number=" + names.attempt);
}

/// The page of the task's try, in Airflow 2 of the task; empty where its address is not known here.
std::string link(const Environment& environment, Identity& known) {
  std::string base = variable(environment, "AIRFLOW__API__BASE_URL");
  if (base.empty()) {
    base = variable(environment, "AIRFLOW__WEBSERVER__BASE_URL");
  }
  const std::string map_index = variable(environment, "TRANCHE_IDENTITY_MAP_INDEX");
  const TaskNames names{url_encoded(known["dag_id"]),
                        url_encoded(known["dag_run_id"]),
                        url_encoded(known["task_id"]),
                        url_encoded(known["try_number"]),
                        map_index == "-1" ? std::string() : url_encoded(map_index)};
  if (base.empty() || names.dag.empty() || names.run.empty() || names.task.empty()) {
    return {};
  }
  while (base.ends_with('/')) {
    base.pop_back();
  }
  const std::string date = variable(environment, kDateOfAirflow2);
  return base + (date.empty() ? page_in_airflow_3(names) : page_in_airflow_2(names, date));
}

/// The return value of the pod operator's task.
class XComFile final : public Observer {
 public:
  explicit XComFile(std::filesystem::path file) : file_(std::move(file)) {}
  void on_run_finished(const RunFinished& told) override {
    replace_file(file_, told.summary + "\n");
  }

 private:
  std::filesystem::path file_;
};

std::unique_ptr<Observer> xcom_observer(const Environment& environment) {
  const std::string given = variable(environment, "TRANCHE_XCOM_DIR");
  const std::filesystem::path folder = given.empty() ? std::string(kXComFolder) : given;
  std::error_code failed;
  if (!std::filesystem::is_directory(folder, failed)) {
    return nullptr;
  }
  return std::make_unique<XComFile>(folder / "return.json");
}

}  // namespace

std::string airflow_logical_date(const Environment& environment) {
  std::string date = variable(environment, "AIRFLOW_CTX_LOGICAL_DATE");
  return date.empty() ? variable(environment, kDateOfAirflow2) : date;
}

Identity airflow_identity(const Environment& environment) {
  Identity names;
  for (const auto& [from, to] : kNames) {
    names[std::string(to)] = variable(environment, from);
  }
  names["logical_date"] = airflow_logical_date(environment);
  names["link"] = link(environment, names);
  std::erase_if(names, [](const auto& name) { return name.second.empty(); });
  return names;
}

Adapter airflow_adapter() {
  Adapter adapter;
  adapter.name = "airflow";
  adapter.recognises = [](const Environment& environment) {
    return !variable(environment, "AIRFLOW_CTX_DAG_ID").empty();
  };
  adapter.identity = airflow_identity;
  adapter.manners.grace = kGrace;
  adapter.manners.empty_exit_code = kSkipStatus;
  adapter.manners.result_on_stdout = true;
  adapter.manners.stop_with_caller = true;
  adapter.observer = xcom_observer;
  return adapter;
}

}  // namespace tranche::adapters
