#include "spark/spark_confs.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace tranche::adapters {
namespace {

using Manager = SparkCommand::Manager;

// One argument of a program holds 128 KiB; the web pages of Spark show all of these.
constexpr std::size_t kLongestValue = 8192;
constexpr std::size_t kLongestLabel = 63;
constexpr std::string_view kConfPrefix = "spark.tranche.";

/// What an application may know, and its name as a conf. The rest stays behind: the inventory's
/// address, the lease's token, and files that lie beside the runner.
constexpr std::array<std::pair<std::string_view, std::string_view>, 17> kTold{
    {{"TRANCHE_JOB", "job"},
     {"TRANCHE_WINDOW", "window"},
     {"TRANCHE_RUN_ID", "runId"},
     {"TRANCHE_BATCH_ID", "batchId"},
     {"TRANCHE_ATTEMPT", "attempt"},
     {"TRANCHE_MAX_ATTEMPTS", "maxAttempts"},
     {"TRANCHE_ITERATION", "iteration"},
     {"TRANCHE_ITERATIONS", "iterations"},
     {"TRANCHE_FIRST_KEY", "firstKey"},
     {"TRANCHE_LAST_KEY", "lastKey"},
     {"TRANCHE_COUNT", "count"},
     {"TRANCHE_WEIGHT", "weight"},
     {"TRANCHE_TABLE", "table"},
     {"TRANCHE_KEY_COLUMN", "keyColumn"},
     {"TRANCHE_FILTER", "filter"},
     {"TRANCHE_RANGE_SQL", "rangeSql"},
     {"TRACEPARENT", "traceparent"}}};

/// A Kubernetes label; YARN's tags take it as well.
std::string label(std::string text) {
  std::replace_if(
      text.begin(),
      text.end(),
      [](unsigned char c) { return c >= 0x80 || (std::isalnum(c) == 0 && c != '-' && c != '.'); },
      '-');
  text.resize(std::min(text.size(), kLongestLabel));
  const auto is_end = [](unsigned char c) { return std::isalnum(c) != 0; };
  const auto first = std::find_if(text.begin(), text.end(), is_end);
  const auto last = std::find_if(text.rbegin(), text.rend(), is_end).base();
  return first < last ? std::string(first, last) : std::string();
}

class Additions {
 public:
  explicit Additions(const SparkCommand& command) : command_(command) {}

  void add(std::string name, std::string value) {
    if (!value.empty() && value.size() <= kLongestValue && !command_.confs.contains(name)) {
      confs_.emplace_back(std::move(name), std::move(value));
    }
  }
  SparkConfs take() { return std::move(confs_); }

 private:
  const SparkCommand& command_;
  SparkConfs confs_;
};

std::string campaign(const Environment& environment) {
  std::string window = variable(environment, "TRANCHE_WINDOW");
  return window == "incremental" ? std::string() : window;
}

void add_variables(Additions& additions, std::string_view prefix, const Environment& environment) {
  for (const auto& [name, conf] : kTold) {
    additions.add(std::string(prefix) + std::string(name), variable(environment, name));
  }
}

void add_tags(Additions& additions, Manager manager, const Environment& environment) {
  const std::string job = label(variable(environment, "TRANCHE_JOB"));
  const std::string batch = variable(environment, "TRANCHE_BATCH_ID");
  const std::string run = variable(environment, "TRANCHE_RUN_ID");
  if (manager == Manager::yarn) {
    additions.add("spark.yarn.tags",
                  "tranche,tranche-job:" + job + ",tranche-batch:" + batch + ",tranche-run:" + run);
  }
  if (manager == Manager::kubernetes) {
    for (const std::string who : {"driver", "executor"}) {
      const std::string prefix = "spark.kubernetes." + who + ".label.tranche-";
      additions.add(prefix + "job", job);
      additions.add(prefix + "batch", batch);
      additions.add(prefix + "run", run);
    }
  }
}

}  // namespace

SparkConfs spark_confs(const SparkCommand& command, const Environment& environment) {
  Additions additions(command);
  const auto told = [&](std::string_view name) { return variable(environment, name); };
  additions.add("spark.app.name",
                "tranche " + told("TRANCHE_JOB") + " batch " + told("TRANCHE_BATCH_ID") +
                    " attempt " + told("TRANCHE_ATTEMPT"));
  for (const auto& [name, conf] : kTold) {
    additions.add(std::string(kConfPrefix) + std::string(conf), told(name));
  }
  additions.add(std::string(kConfPrefix) + "campaign", campaign(environment));
  add_tags(additions, command.manager, environment);
  // Elsewhere executors inherit the environment, or nothing is known of them.
  if (command.manager != Manager::local && command.manager != Manager::other) {
    add_variables(additions, "spark.executorEnv.", environment);
  }
  if (!command.cluster) {
    return additions.take();
  }
  if (command.manager == Manager::yarn) {
    add_variables(additions, "spark.yarn.appMasterEnv.", environment);
  } else if (command.manager == Manager::kubernetes) {
    add_variables(additions, "spark.kubernetes.driverEnv.", environment);
  } else if (command.manager == Manager::standalone) {
    // Otherwise the command ends while its driver has hardly begun.
    additions.add("spark.standalone.submit.waitAppCompletion", "true");
  }
  return additions.take();
}

}  // namespace tranche::adapters
