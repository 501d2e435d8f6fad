#include "openlineage/openlineage_adapter.hpp"

#include "openlineage/lineage_names.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace tranche::adapters {
namespace {

bool is_disabled(const Environment& environment) {
  std::string value = variable(environment, "OPENLINEAGE_DISABLED");
  std::transform(value.begin(), value.end(), value.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  return value == "true";
}

bool recognises(const Environment& environment) {
  return !is_disabled(environment) &&
         (!variable(environment, "OPENLINEAGE_URL").empty() ||
          !variable(environment, "OPENLINEAGE_CONFIG").empty() ||
          !variable(environment, "OPENLINEAGE__TRANSPORT").empty() ||
          !variable(environment, "OPENLINEAGE__TRANSPORT__TYPE").empty());
}

std::string value_of(const std::vector<std::string>& entries, std::string_view name) {
  for (const std::string& entry : entries) {
    if (entry.size() > name.size() && entry[name.size()] == '=' && entry.starts_with(name)) {
      return entry.substr(name.size() + 1);
    }
  }
  return {};
}

void unset(std::vector<std::string>& entries, const std::string& name) {
  std::erase_if(entries, [&](const std::string& entry) { return entry.starts_with(name + '='); });
}

void set(std::vector<std::string>& entries, const std::string& name, const std::string& value) {
  unset(entries, name);
  entries.push_back(name + '=' + value);
}

std::string id_of(const LineageRun& run) {
  return run.job_namespace + '/' + run.job_name + '/' + run.run_id;
}

nlohmann::json json_of(const LineageRun& run) {
  return {{"run", {{"runId", run.run_id}}},
          {"job", {{"namespace", run.job_namespace}, {"name", run.job_name}}}};
}

/// Names the attempt as the parent of whatever lineage the command tells itself: Spark, dbt.
class LineageParentOfCommand final : public CommandAdapter {
 public:
  explicit LineageParentOfCommand(Environment environment) : environment_(std::move(environment)) {}

  std::unique_ptr<CommandAttempt> prepare(CommandPlan& plan, const Batch& batch) override {
    const std::int64_t iteration =
        std::strtoll(value_of(plan.environment, "TRANCHE_ITERATION").c_str(), nullptr, 10);
    const LineageRun own = attempt_run(environment_, batch.job, batch.run_id, batch.id, iteration);
    if (own.run_id.empty()) {
      return nullptr;
    }
    const auto parent = lineage_parent(environment_);
    const std::optional<LineageRun> root = parent ? parent->root : own;
    set(plan.environment, "OPENLINEAGE_PARENT_ID", id_of(own));
    if (root) {
      set(plan.environment, "OPENLINEAGE_ROOT_PARENT_ID", id_of(*root));
    } else {
      unset(plan.environment, "OPENLINEAGE_ROOT_PARENT_ID");
    }
    if (!variable(environment_, "OPENLINEAGE_CONTEXT").empty()) {
      nlohmann::json context = json_of(own);
      if (root) {
        context["root"] = json_of(*root);
      }
      set(plan.environment, "OPENLINEAGE_CONTEXT", nlohmann::json{{"parent", context}}.dump());
    }
    return std::make_unique<CommandAttempt>();
  }

 private:
  const Environment environment_;
};

}  // namespace

Adapter openlineage_adapter() {
  Adapter adapter;
  adapter.name = "openlineage";
  adapter.recognises = recognises;
  adapter.by_program = true;
  adapter.command = [](const Environment& environment) -> std::unique_ptr<CommandAdapter> {
    return is_disabled(environment) ? nullptr
                                    : std::make_unique<LineageParentOfCommand>(environment);
  };
  return adapter;
}

}  // namespace tranche::adapters
