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

using Names = std::array<std::pair<std::string_view, std::string_view>, 7>;
constexpr Names kNames{{{"AIRFLOW_CTX_DAG_ID", "dag_id"},
                        {"AIRFLOW_CTX_DAG_RUN_ID", "dag_run_id"},
                        {"AIRFLOW_CTX_TASK_ID", "task_id"},
                        {"AIRFLOW_CTX_TRY_NUMBER", "try_number"},
                        {"AIRFLOW_CTX_LOGICAL_DATE", "logical_date"},
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

/// The page of the task's try in Airflow 3; empty where its address is not known here.
std::string link(const Environment& environment, Identity& names) {
  std::string base = variable(environment, "AIRFLOW__API__BASE_URL");
  if (base.empty()) {
    base = variable(environment, "AIRFLOW__WEBSERVER__BASE_URL");
  }
  if (base.empty() || names["dag_id"].empty() || names["dag_run_id"].empty() ||
      names["task_id"].empty()) {
    return {};
  }
  while (base.ends_with('/')) {
    base.pop_back();
  }
  const std::string map_index = variable(environment, "TRANCHE_IDENTITY_MAP_INDEX");
  const std::string attempt = names["try_number"];
  return base + "/dags/" + url_encoded(names["dag_id"]) + "/runs/" +
         url_encoded(names["dag_run_id"]) + "/tasks/" + url_encoded(names["task_id"]) +
         (map_index.empty() || map_index == "-1" ? "" : "/mapped/" + url_encoded(map_index)) +
         (attempt.empty() ? "" : "?try_number=" + url_encoded(attempt));
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

Identity airflow_identity(const Environment& environment) {
  Identity names;
  for (const auto& [from, to] : kNames) {
    names[std::string(to)] = variable(environment, from);
  }
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
