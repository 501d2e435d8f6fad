#include "spark/spark_adapter.hpp"

#include "spark/spark_command.hpp"
#include "spark/spark_confs.hpp"
#include "spark/spark_log.hpp"

#include "tranche/error.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <utility>

namespace tranche::adapters {
namespace {

using Manager = SparkCommand::Manager;

constexpr std::string_view kApplicationId = "spark_application_id";
constexpr int kFailed = 1;
constexpr int kMostStatus = 255;

Environment by_name(const std::vector<std::string>& variables) {
  Environment environment;
  for (const std::string& text : variables) {
    const auto equals = text.find('=');
    if (equals != std::string::npos) {
      environment.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  return environment;
}

class SparkAttempt final : public CommandAttempt {
 public:
  /// `watching`: an outcome that is not known is told of, and exit 0 holds.
  SparkAttempt(SparkCommand command, bool watching)
      : command_(std::move(command)), watching_(watching) {}

  void see_error(std::string_view data) override { log_.feed(data); }
  void see_output(std::string_view data) override { output_.feed(data); }

  Identity names(const Outputs& written) override {
    const SparkTold& told = log_.told();
    Identity names = {{std::string(kApplicationId), told.application_id},
                      {"spark_driver_id", told.driver_id},
                      {"spark_submission_id", told.submission_id}};
    // A local master tells its application's id to nobody but the application.
    const auto own = written.find(std::string(kApplicationId));
    if (told.application_id.empty() && own != written.end()) {
      names[std::string(kApplicationId)] = own->second;
    }
    std::erase_if(names, [](const auto& name) { return name.second.empty(); });
    return names;
  }

  void judge(CommandEnd& end) override {
    if (end.exit_code != 0) {
      end.message = reason(end);
    } else if (command_.cluster || !log_.told().driver_id.empty()) {
      judge_cluster(end);
    }
  }

 private:
  /// The last line of standard error is of Spark's own tidying up, and what a Python driver writes
  /// there comes out at standard output.
  std::string reason(const CommandEnd& end) {
    const std::string exception = output_.exception();
    if (!exception.empty() || !log_.told().reason.empty()) {
      return exception.empty() ? log_.told().reason : exception;
    }
    return end.exit_code ? "the application ended with exit status " +
                               std::to_string(*end.exit_code) + " and told no reason"
                         : std::string();
  }

  void judge_cluster(CommandEnd& end) {
    const SparkTold& told = log_.told();
    if (command_.manager == Manager::kubernetes) {
      judge_pod(end, told);
    } else if (command_.manager == Manager::yarn) {
      judge_yarn(end, told);
    } else if (command_.manager == Manager::standalone || !told.driver_id.empty()) {
      judge_driver(end, told);
    }
  }

  void judge_driver(CommandEnd& end, const SparkTold& told) {
    const std::string& state = told.driver_state;
    if (state == "FAILED" || state == "ERROR" || state == "KILLED") {
      fail(end,
           kFailed,
           "driver " + told.driver_id + " ended as " + state +
               ", though spark-submit exited 0; its log is with its worker");
    } else if (state != "FINISHED") {
      unknown(end,
              "driver " + told.driver_id,
              told.by_rest ? "a submission by REST is not waited for: name the master by its own "
                             "port, and not 6066, as --master"
                           : advice("spark.standalone.submit.waitAppCompletion"));
    }
  }

  void judge_pod(CommandEnd& end, const SparkTold& told) {
    const int code = told.pod_exit_code.value_or(0);
    if (told.phase == "Failed") {
      fail(end,
           code > 0 && code <= kMostStatus ? code : kFailed,
           "driver pod " + told.submission_id + " ended in phase Failed" +
               (code > 0 ? " with exit code " + std::to_string(code) : "") +
               ", though spark-submit exited 0; kubectl logs says why");
    } else if (told.phase != "Succeeded") {
      unknown(end,
              "driver pod " + told.submission_id,
              advice("spark.kubernetes.submission.waitAppCompletion"));
    }
  }

  /// spark-submit's own status holds here, where it waits.
  void judge_yarn(CommandEnd& end, const SparkTold& told) {
    constexpr std::string_view kWait = "spark.yarn.submit.waitAppCompletion";
    if (told.final_status == "FAILED" || told.final_status == "KILLED") {
      fail(end,
           kFailed,
           "application " + told.application_id + " ended as " + told.final_status +
               ", though spark-submit exited 0");
    } else if (told.final_status != "SUCCEEDED" && command_.conf(kWait) == "false") {
      unknown(end, "application " + told.application_id, advice(kWait));
    }
  }

  std::string advice(std::string_view wait) const {
    return command_.conf(wait) == "false"
               ? "it does not wait under --conf " + std::string(wait) + "=false"
               : "it must log at level INFO";
  }

  void unknown(CommandEnd& end, const std::string& who, const std::string& why) const {
    const std::string message =
        "how " + who + " ended is not known: spark-submit exited 0 and told no final state; " + why;
    if (watching_) {
      throw Error(ErrorCode::refused,
                  message + "; it counts as succeeded, and would not under --adapter spark");
    }
    fail(end, kFailed, message);
  }

  static void fail(CommandEnd& end, int status, const std::string& message) {
    end.exit_code = status;
    end.message = message;
  }

  const SparkCommand command_;
  const bool watching_;
  SparkLog log_;
  SparkLog output_;
};

/// Where a connection to the inventory comes from, beside TRANCHE_DB.
constexpr std::array<std::string_view, 9> kConnection = {"PGDATABASE",
                                                         "PGHOST",
                                                         "PGHOSTADDR",
                                                         "PGPASSFILE",
                                                         "PGPASSWORD",
                                                         "PGPORT",
                                                         "PGSERVICE",
                                                         "PGSERVICEFILE",
                                                         "PGUSER"};

/// What would tell an executor of the inventory, or a driver elsewhere of the lease.
bool is_withheld(const SparkCommand& command, std::string_view variable) {
  return variable == "TRANCHE_DB" || (command.cluster && variable == "TRANCHE_LEASE_TOKEN") ||
         (command.inherited &&
          std::find(kConnection.begin(), kConnection.end(), variable) != kConnection.end());
}

class SparkCommands final : public CommandAdapter {
 public:
  std::unique_ptr<CommandAttempt> prepare(CommandPlan& plan, const Batch&) override {
    if (!is_spark_command(plan.arguments)) {
      if (!told_.exchange(true)) {
        throw Error(
            ErrorCode::usage,
            "'" + plan.arguments.front() +
                "' is left as it is; accepted are spark-submit, spark3-submit and spark-sql");
      }
      return nullptr;
    }
    const Environment environment = by_name(plan.environment);
    auto command = read_spark_command(plan.arguments, environment);
    if (!command) {
      return nullptr;
    }
    std::vector<std::string> added;
    for (const auto& [name, value] : spark_confs(*command, environment)) {
      added.emplace_back("--conf");
      added.push_back(name + "=" + value);
    }
    // In front: what the caller says later holds.
    plan.arguments.insert(plan.arguments.begin() + 1, added.begin(), added.end());
    const std::string kept = "," + variable(environment, "TRANCHE_SPARK_KEEP") + ",";
    std::erase_if(plan.environment, [&](const std::string& text) {
      const std::string name = text.substr(0, text.find('='));
      return is_withheld(*command, name) && kept.find("," + name + ",") == std::string::npos;
    });
    return std::make_unique<SparkAttempt>(std::move(*command), false);
  }

 private:
  std::atomic<bool> told_ = false;
};

class SparkWatch final : public CommandAdapter {
 public:
  std::unique_ptr<CommandAttempt> prepare(CommandPlan& plan, const Batch&) override {
    if (!is_spark_command(plan.arguments)) {
      return nullptr;
    }
    auto command = read_spark_command(plan.arguments, by_name(plan.environment));
    return command ? std::make_unique<SparkAttempt>(std::move(*command), true) : nullptr;
  }
};

}  // namespace

Adapter spark_adapter() {
  Adapter adapter;
  adapter.name = "spark";
  adapter.command = [](const Environment&) { return std::make_unique<SparkCommands>(); };
  adapter.watch = [](const Environment&) { return std::make_unique<SparkWatch>(); };
  return adapter;
}

}  // namespace tranche::adapters
