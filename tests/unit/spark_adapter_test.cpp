#include "spark/spark_adapter.hpp"

#include "spark/spark_command.hpp"
#include "spark/spark_confs.hpp"
#include "spark/spark_log.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace tranche;
using namespace tranche::adapters;

namespace {

using Words = std::vector<std::string>;
using Manager = SparkCommand::Manager;

/// No defaults of the machine's own Spark.
const Environment kNowhere = {{"SPARK_CONF_DIR", "/nonexistent"}};

SparkCommand read(Words options) {
  options.insert(options.begin(), "spark-submit");
  return read_spark_command(options, kNowhere).value();
}

const Words kBatch = {"SPARK_CONF_DIR=/nonexistent",
                      "TRANCHE_DB=postgresql://u:secret@h/db",
                      "TRANCHE_LEASE_TOKEN=secret",
                      "TRANCHE_ITEMS_FILE=/tmp/items",
                      "TRANCHE_OWN=secret",
                      "TRANCHE_JOB=load äß/x",
                      "TRANCHE_WINDOW=2024",
                      "TRANCHE_RUN_ID=run-1",
                      "TRANCHE_BATCH_ID=42",
                      "TRANCHE_ATTEMPT=2",
                      "TRANCHE_FIRST_KEY=101",
                      "TRANCHE_LAST_KEY=200",
                      "TRANCHE_RANGE_SQL=id BETWEEN 101 AND 200 AND (note = 'a b')"};

struct Prepared {
  CommandPlan plan;
  std::unique_ptr<CommandAttempt> attempt;

  bool has(const std::string& text) const {
    return std::find(plan.arguments.begin(), plan.arguments.end(), text) != plan.arguments.end();
  }
  bool has_name(const std::string& name) const {
    return std::any_of(plan.arguments.begin(), plan.arguments.end(), [&](const std::string& text) {
      return text.starts_with(name + "=");
    });
  }
  bool knows(const std::string& variable) const {
    return std::any_of(plan.environment.begin(),
                       plan.environment.end(),
                       [&](const std::string& text) { return text.starts_with(variable + "="); });
  }
};

Prepared prepare(const Words& arguments, const Words& environment = kBatch) {
  const auto adapter = spark_adapter().command({});
  Prepared prepared{{arguments, environment}, nullptr};
  prepared.attempt = adapter->prepare(prepared.plan, {});
  return prepared;
}

const Words kStandalone = {
    "spark-submit", "--master", "spark://h:7077", "--deploy-mode", "cluster"};
const Words kPod = {"spark-submit", "--master=k8s://https://h", "--deploy-mode=cluster"};
const Words kYarn = {"spark-submit", "--master", "yarn", "--deploy-mode", "cluster"};

CommandEnd judge(Words command, const std::string& log, int status = 0) {
  command.emplace_back("job.jar");
  const Prepared prepared = prepare(command);
  // As pipes may cut it.
  for (const char c : log) {
    prepared.attempt->see_error({&c, 1});
  }
  CommandEnd end;
  end.exit_code = status;
  prepared.attempt->judge(end);
  return end;
}

}  // namespace

TEST_CASE("spark-submit is known by its name, in whatever folder", "[unit]") {
  CHECK(is_spark_command({"spark-submit", "job.py"}));
  CHECK(is_spark_command({"/opt/spark/bin/spark-submit"}));
  CHECK(is_spark_command({"spark-sql", "-f", "load.sql"}));
  CHECK_FALSE(is_spark_command({"sh", "spark-submit"}));
  CHECK_FALSE(is_spark_command({"/opt/spark-submit/run"}));
  CHECK_FALSE(is_spark_command({}));
}

TEST_CASE("a command line of spark-submit tells where it runs", "[unit]") {
  CHECK(read({"job.py", "--master", "yarn"}).manager == Manager::local);
  CHECK(read({"--master", "local[2]", "job.py"}).manager == Manager::local);
  CHECK(read({"--master=spark://h:7077", "job.py"}).manager == Manager::standalone);
  CHECK(read({"--master", "local-cluster[1,1,1024]", "job.py"}).manager == Manager::standalone);
  CHECK(read({"-v", "-c", "spark.master=yarn", "job.py"}).manager == Manager::yarn);
  CHECK(read({"--remote", "sc://h", "job.py"}).manager == Manager::other);
  CHECK(read({"--master", "k8s://h", "--conf", "spark.master=yarn"}).manager ==
        Manager::kubernetes);
  CHECK_FALSE(read({"--master", "yarn", "job.py", "--deploy-mode", "cluster"}).cluster);
  CHECK(read({"--supervise", "--deploy-mode", "cluster", "job.py"}).cluster);
  CHECK(read({"--conf", "a=b=c", "--name", "n", "--conf", "spark.app.name=m"}).confs ==
        Environment{{"a", "b=c"}, {"spark.app.name", "n"}});
  for (const char* other : {"--status", "--kill", "--version", "--help"}) {
    CHECK_FALSE(read_spark_command({"spark-submit", other, "x"}, kNowhere));
  }
}

TEST_CASE("a file of properties counts where the command line says nothing", "[unit]") {
  const auto folder =
      std::filesystem::temp_directory_path() / ("tranche-spark-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const auto path = folder / "spark-defaults.conf";
  std::ofstream(path) << "# spark.master yarn\nspark.master   spark://h:7077\n"
                         "spark.submit.deployMode=cluster\n\nspark.app.name: mine\nbroken\n";
  const auto given =
      read_spark_command({"spark-submit", "--properties-file", path.string(), "x"}, kNowhere);
  CHECK(given->manager == Manager::standalone);
  CHECK(given->cluster);
  CHECK(given->conf("spark.app.name") == "mine");
  const auto defaults = read_spark_command({"spark-submit", "--deploy-mode", "client", "x"},
                                           {{"SPARK_CONF_DIR", folder.string()}});
  CHECK(defaults->manager == Manager::standalone);
  CHECK_FALSE(defaults->cluster);
  std::filesystem::remove_all(folder);
}

TEST_CASE("an application learns its batch by confs in front of the caller's own", "[unit]") {
  const Prepared prepared = prepare({"spark-submit", "--conf", "spark.tranche.job=mine", "job.py"});
  REQUIRE(prepared.attempt);
  const Words& arguments = prepared.plan.arguments;
  CHECK(arguments[0] == "spark-submit");
  CHECK(arguments[1] == "--conf");
  CHECK(arguments[2] == "spark.app.name=tranche load äß/x batch 42 attempt 2");
  CHECK(Words(arguments.end() - 3, arguments.end()) ==
        Words{"--conf", "spark.tranche.job=mine", "job.py"});
  CHECK(std::count(arguments.begin(), arguments.end(), "spark.tranche.job=mine") == 1);
  CHECK_FALSE(prepared.has("spark.tranche.job=load äß/x"));
  for (const char* conf : {"spark.tranche.campaign=2024",
                           "spark.tranche.runId=run-1",
                           "spark.tranche.batchId=42",
                           "spark.tranche.attempt=2",
                           "spark.tranche.firstKey=101",
                           "spark.tranche.lastKey=200",
                           "spark.tranche.rangeSql=id BETWEEN 101 AND 200 AND (note = 'a b')"}) {
    INFO(conf);
    CHECK(prepared.has(conf));
  }
  CHECK_FALSE(prepared.has_name("spark.tranche.filter"));
  // Locally executors inherit the environment.
  CHECK_FALSE(prepared.has_name("spark.executorEnv.TRANCHE_BATCH_ID"));
}

TEST_CASE("an application's name is the caller's where there is one", "[unit]") {
  CHECK_FALSE(prepare({"spark-submit", "--name", "mine", "job.py"}).has_name("spark.app.name"));
  CHECK(prepare({"spark-submit", "job.py", "--name", "mine"}).has_name("spark.app.name"));
}

TEST_CASE("executors and drivers in a cluster get variables where they apply", "[unit]") {
  const Prepared client = prepare({"spark-submit", "--master", "yarn", "job.py"});
  CHECK(client.has("spark.executorEnv.TRANCHE_BATCH_ID=42"));
  CHECK_FALSE(client.has_name("spark.yarn.appMasterEnv.TRANCHE_BATCH_ID"));
  CHECK(client.has(
      "spark.yarn.tags=tranche,tranche-job:load------x,tranche-batch:42,tranche-run:run-1"));
  CHECK(prepare(kYarn).has("spark.yarn.appMasterEnv.TRANCHE_BATCH_ID=42"));
  const Prepared pod = prepare(kPod);
  CHECK(pod.has("spark.kubernetes.driverEnv.TRANCHE_FIRST_KEY=101"));
  CHECK(pod.has("spark.kubernetes.driver.label.tranche-job=load------x"));
  CHECK(pod.has("spark.kubernetes.executor.label.tranche-batch=42"));
  CHECK_FALSE(pod.has_name("spark.yarn.tags"));
  CHECK(prepare(kStandalone).has("spark.standalone.submit.waitAppCompletion=true"));
}

TEST_CASE("the inventory's address and the token are told to no application", "[unit]") {
  for (const Words& command : {Words{"spark-submit"}, kStandalone, kPod, kYarn}) {
    const Prepared prepared = prepare(command);
    CHECK(prepared.plan.arguments.size() > 20);
    for (const std::string& argument : prepared.plan.arguments) {
      CHECK(argument.find("secret") == std::string::npos);
      CHECK(argument.find("/tmp/items") == std::string::npos);
    }
    CHECK_FALSE(prepared.knows("TRANCHE_DB"));
    CHECK(prepared.knows("TRANCHE_BATCH_ID"));
    // A driver beside the runner may send heartbeats.
    CHECK(prepared.knows("TRANCHE_LEASE_TOKEN") == (command.size() == 1));
  }
}

TEST_CASE("where executors inherit the environment it tells of no connection", "[unit]") {
  Words environment = kBatch;
  environment.insert(environment.end(), {"PGHOST=h", "PGPASSWORD=secret", "PGCLIENTENCODING=UTF8"});
  for (const Words& command :
       {Words{"spark-submit"}, Words{"spark-submit", "--master", "local-cluster[1,1,512]", "x"}}) {
    const Prepared prepared = prepare(command, environment);
    CHECK_FALSE(prepared.knows("PGHOST"));
    CHECK_FALSE(prepared.knows("PGPASSWORD"));
    CHECK(prepared.knows("PGCLIENTENCODING"));
  }
  CHECK(prepare({"spark-submit", "--master", "yarn", "x"}, environment).knows("PGPASSWORD"));
  environment.emplace_back("TRANCHE_SPARK_KEEP=PGUSER,PGHOST");
  const Prepared kept = prepare({"spark-submit"}, environment);
  CHECK(kept.knows("PGHOST"));
  CHECK_FALSE(kept.knows("PGPASSWORD"));
}

TEST_CASE("what is too long for a command line is left out", "[unit]") {
  Words environment = kBatch;
  environment.push_back("TRANCHE_FILTER=" + std::string(8193, 'x'));
  CHECK_FALSE(prepare({"spark-submit", "x"}, environment).has_name("spark.tranche.filter"));
  environment.back() = "TRANCHE_FILTER=" + std::string(8192, 'x');
  CHECK(prepare({"spark-submit", "x"}, environment).has_name("spark.tranche.filter"));
}

TEST_CASE("a command that is not Spark's is told of once and left as it is", "[unit]") {
  const auto adapter = spark_adapter().command({});
  CommandPlan plan{{"./submit.sh"}, {"TRANCHE_DB=x"}};
  CHECK_THROWS_WITH(adapter->prepare(plan, {}), Catch::Contains("'./submit.sh' is left as it is"));
  CHECK_FALSE(adapter->prepare(plan, {}));
  CHECK(plan.arguments.size() == 1);
  CHECK(plan.environment.size() == 1);
}

TEST_CASE("application ids are read from spark-submit's log", "[unit]") {
  const auto names = [](const Words& command, const std::string& log, const Outputs& own = {}) {
    const Prepared prepared = prepare(command);
    prepared.attempt->see_error(log);
    return prepared.attempt->names(own);
  };
  const std::string time = "26/11/21 16:54:07 INFO ";
  CHECK(names({"spark-submit"},
              time + "StandaloneSchedulerBackend: Connected to Spark cluster with app ID "
                     "app-20261121165407-0000\n") ==
        Identity{{"spark_application_id", "app-20261121165407-0000"}});
  CHECK(names(kYarn,
              time + "YarnClientImpl: Submitted application application_1700_0042\n" + time +
                  "Client: Application report for application_1700_0042 (state: ACCEPTED)\n") ==
        Identity{{"spark_application_id", "application_1700_0042"}});
  CHECK(
      names(kPod,
            time + "LoggingPodStatusWatcherImpl: Waiting for application job with application ID "
                   "spark-0a1b and submission ID jobs:job-driver to finish...") ==
      Identity{{"spark_application_id", "spark-0a1b"}, {"spark_submission_id", "jobs:job-driver"}});
  CHECK(names(kStandalone,
              time + "ClientEndpoint: Driver successfully submitted as driver-20261121-0000\n") ==
        Identity{{"spark_driver_id", "driver-20261121-0000"}});
  CHECK(names({"spark-submit"}, time + "SparkContext: Submitted application: my job\n").empty());
  // A local master logs none.
  CHECK(names({"spark-submit"}, "", {{"spark_application_id", "local-1"}, {"rows", "3"}}) ==
        Identity{{"spark_application_id", "local-1"}});
}

TEST_CASE("a driver that failed behind exit 0 counts as failed", "[unit]") {
  const std::string driver =
      "26/11/21 INFO ClientEndpoint: Driver successfully submitted as "
      "driver-1-0\nState of driver-1-0 is RUNNING\n";
  const auto ended = [&](const std::string& state) {
    return judge(kStandalone, driver + "State of driver driver-1-0 is " + state + ", exiting.\n");
  };
  CHECK(ended("FINISHED").exit_code == 0);
  for (const char* state : {"FAILED", "ERROR", "KILLED"}) {
    const CommandEnd end = ended(state);
    CHECK(end.exit_code == 1);
    CHECK(end.message == std::string("driver driver-1-0 ended as ") + state +
                             ", though spark-submit exited 0; its log is with its worker");
  }
  const std::string pod = "x with application ID spark-1 and submission ID n:p to finish\n";
  CHECK(judge(kPod, pod + "\t phase: Succeeded\n\t exit code: 0\n").exit_code == 0);
  const CommandEnd failed = judge(
      kPod, pod + "Application status for spark-1 (phase: Failed)\n\t exit code: 3\n finished\n");
  CHECK(failed.exit_code == 3);
  CHECK(failed.message ==
        "driver pod n:p ended in phase Failed with exit code 3, though "
        "spark-submit exited 0; kubectl logs says why");
  CHECK(judge(kPod, pod + "\t phase: Failed\n").exit_code == 1);
  const std::string yarn = "Submitted application application_1_2\n\t final status: ";
  CHECK(judge(kYarn, yarn + "SUCCEEDED\n").exit_code == 0);
  CHECK(judge(kYarn, yarn + "KILLED\n").message ==
        "application application_1_2 ended as KILLED, though spark-submit exited 0");
}

TEST_CASE("a final state that is missing is no success", "[unit]") {
  const CommandEnd end = judge(kStandalone, "State of driver-1-0 is RUNNING\n");
  CHECK(end.exit_code == 1);
  CHECK_THAT(end.message, Catch::Contains("is not known") && Catch::Contains("level INFO"));
  CHECK(judge(kPod, "phase: Running\n").exit_code == 1);
  CHECK(judge(kPod, "").exit_code == 1);
  Words hasty = kPod;
  hasty.insert(hasty.end(), {"--conf", "spark.kubernetes.submission.waitAppCompletion=false"});
  CHECK_THAT(judge(hasty, "").message, Catch::Contains("waitAppCompletion=false"));
  const CommandEnd rest = judge(kStandalone,
                                "Submission successfully created as driver-1-0. Polling\n"
                                "State of driver driver-1-0 is now RUNNING.\n");
  CHECK_THAT(rest.message, Catch::Contains("driver-1-0") && Catch::Contains("REST"));
  // YARN's client fails by itself, unless it does not wait.
  CHECK(judge(kYarn, "").exit_code == 0);
  hasty = kYarn;
  hasty.insert(hasty.end(), {"--conf", "spark.yarn.submit.waitAppCompletion=false"});
  CHECK(judge(hasty, "Submitted application application_1_2\n").exit_code == 1);
}

TEST_CASE("beside the runner spark-submit's status holds", "[unit]") {
  const Words client = {"spark-submit", "--master", "spark://h:7077"};
  CHECK(judge(client, "State of driver driver-1 is FAILED\nphase: Failed\n").exit_code == 0);
  CHECK(judge(client, "", 7).exit_code == 7);
}

TEST_CASE("why an application failed is not the last line of Spark's tidying up", "[unit]") {
  const std::string tidy =
      "26/11/21 16:54:07 INFO ShutdownHookManager: Deleting directory /tmp/x\n";
  const auto reason = [&](const std::string& log) {
    return judge({"spark-submit"}, log + tidy, 1).message;
  };
  CHECK(
      reason(
          "Traceback (most recent call last):\n  File \"job.py\", line 3\nValueError: bad day\n") ==
      "ValueError: bad day");
  CHECK(reason("py4j.protocol.Py4JJavaError: An error occurred while calling o1.save.\n"
               ": org.apache.spark.SparkException: Job aborted\n\tat x.y\n"
               "Caused by: java.io.IOException: No space left\n") ==
        "py4j.protocol.Py4JJavaError: An error occurred while calling o1.save.: "
        "org.apache.spark.SparkException: Job aborted");
  CHECK(
      reason("Exception in thread \"main\" org.apache.spark.SparkException: no\n\tat x\nnoise\n") ==
      "Exception in thread \"main\" org.apache.spark.SparkException: no");
  CHECK(reason("job.py: no such day\n") == "job.py: no such day");
  CHECK(reason("") == "the application ended with exit status 1 and told no reason");
}

TEST_CASE("a Python driver's exception is read from standard output", "[unit]") {
  const Prepared prepared = prepare({"spark-submit", "job.py"});
  prepared.attempt->see_output(
      "42 rows\nTraceback (most recent call last):\nValueError: bad day\n");
  prepared.attempt->see_output("bye\n");
  prepared.attempt->see_error("26/11/21 16:54:07 ERROR TaskSetManager: Task 0 failed 4 times\n");
  CommandEnd end;
  end.exit_code = 1;
  prepared.attempt->judge(end);
  CHECK(end.message == "ValueError: bad day");
  CHECK(prepared.attempt->names({}).empty());
}
