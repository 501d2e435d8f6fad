#include "airflow/airflow_adapter.hpp"
#include "argo/argo_adapter.hpp"
#include "argo/argo_files.hpp"

#include <catch2/catch.hpp>

using namespace tranche;
using namespace tranche::adapters;

namespace {

using Names = std::map<std::string, std::string>;

BatchAcquired acquired(std::int64_t id, std::int64_t count) {
  BatchAcquired event;
  event.batch.id = id;
  event.batch.count = count;
  return event;
}

BatchReleased released(std::int64_t id, Outcome outcome) {
  BatchReleased event;
  event.batch.id = id;
  event.outcome = outcome;
  return event;
}

std::string text(const ProgressCount& count) {
  return std::to_string(count.done()) + "/" + std::to_string(count.total());
}

}  // namespace

TEST_CASE("airflow's names are its task's, with a link to the try", "[unit]") {
  const Environment environment{{"AIRFLOW_CTX_DAG_ID", "daily"},
                                {"AIRFLOW_CTX_DAG_RUN_ID", "manual__2026-01-01T00:00:00+00:00"},
                                {"AIRFLOW_CTX_TASK_ID", "load"},
                                {"AIRFLOW_CTX_TRY_NUMBER", "2"},
                                {"AIRFLOW__API__BASE_URL", "https://flow.example/"}};
  REQUIRE(airflow_adapter().recognises(environment));
  const std::string page =
      "https://flow.example/dags/daily/runs/manual__2026-01-01T00%3A00%3A00%2B00%3A00/tasks/load";
  CHECK(airflow_identity(environment) == Names{{"dag_id", "daily"},
                                               {"dag_run_id", "manual__2026-01-01T00:00:00+00:00"},
                                               {"task_id", "load"},
                                               {"try_number", "2"},
                                               {"link", page + "?try_number=2"}});
  Environment mapped = environment;
  mapped["TRANCHE_IDENTITY_MAP_INDEX"] = "3";
  CHECK(airflow_identity(mapped).at("link") == page + "/mapped/3?try_number=2");
}

TEST_CASE("airflow makes no link where it does not know its own address", "[unit]") {
  const Environment environment{{"AIRFLOW_CTX_DAG_ID", "daily"}, {"AIRFLOW_CTX_TASK_ID", "load"}};
  CHECK(airflow_identity(environment) == Names{{"dag_id", "daily"}, {"task_id", "load"}});
  CHECK_FALSE(airflow_adapter().recognises({{"AIRFLOW_HOME", "/a"}}));
}

TEST_CASE("argo's names are found from a node's id and the pod's host", "[unit]") {
  const Environment environment{{"ARGO_NODE_ID", "flights-1700000000-2915231471"},
                                {"KUBERNETES_SERVICE_HOST", "10.0.0.1"},
                                {"HOSTNAME", "flights-1700000000-work-2915231471"},
                                {"TRANCHE_ARGO_URL", "https://argo.example"},
                                {"TRANCHE_IDENTITY_NAMESPACE", "data"}};
  REQUIRE(argo_adapter().recognises(environment));
  CHECK(argo_identity(environment) ==
        Names{{"node_id", "flights-1700000000-2915231471"},
              {"pod_name", "flights-1700000000-work-2915231471"},
              {"workflow_name", "flights-1700000000"},
              {"namespace", "data"},
              {"link",
               "https://argo.example/workflows/data/flights-1700000000?nodeId=flights-1700000000-"
               "2915231471"}});
}

TEST_CASE("argo's first node is called like its workflow", "[unit]") {
  CHECK(argo_identity({{"ARGO_NODE_ID", "flights-1700000000"},
                       {"KUBERNETES_SERVICE_HOST", "10.0.0.1"},
                       {"HOSTNAME", "flights-1700000000"}})
            .at("workflow_name") == "flights-1700000000");
  CHECK(argo_identity({{"ARGO_NODE_ID", "a-1"}, {"TRANCHE_IDENTITY_WORKFLOW_NAME", "given"}})
            .at("workflow_name") == "given");
}

TEST_CASE("progress counts assets and goes on within a batch", "[unit]") {
  ProgressCount count(1);
  CHECK(text(count) == "0/0");
  count.acquired(acquired(1, 200));
  CHECK(text(count) == "0/200");
  count.progress({1, 1, 4});
  CHECK(text(count) == "50/200");
  count.released(released(1, Outcome::succeeded));
  CHECK(text(count) == "200/200");
}

TEST_CASE("progress of several iterations expects the later ones to be like the first", "[unit]") {
  ProgressCount count(4);
  count.acquired(acquired(1, 10));
  CHECK(text(count) == "0/40");
  count.released(released(1, Outcome::succeeded));
  count.acquired(acquired(2, 20));
  CHECK(text(count) == "10/60");
}

TEST_CASE("progress never falls, and never passes its total", "[unit]") {
  ProgressCount count(std::nullopt);
  count.acquired(acquired(1, 100));
  count.progress({1, 9, 10});
  count.released(released(1, Outcome::failed));
  CHECK(text(count) == "90/100");
  count.acquired(acquired(1, 100));
  CHECK(text(count) == "90/100");
  count.progress({1, 1, 10});
  CHECK(text(count) == "90/100");
  count.progress({8, 1, 10});
  count.released(released(8, Outcome::succeeded));
  count.released(released(1, Outcome::succeeded));
  CHECK(text(count) == "100/100");
}
