#include "cli/batch_table.hpp"
#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/open.hpp"
#include "cli/people.hpp"
#include "cli/print.hpp"
#include "cli/run_names.hpp"
#include "exit_status.hpp"
#include "json/batch_json.hpp"
#include "json/run_json.hpp"
#include "log.hpp"

#include "tranche/error.hpp"

#include <limits>

namespace tranche::cli {
namespace {

using Align = Column::Align;

constexpr std::int64_t kTableLimit = 100;
constexpr std::int64_t kAll = std::numeric_limits<std::int64_t>::max();

struct ListOptions {
  std::optional<std::string> job;
  std::vector<std::string> identity;
  std::optional<std::int64_t> limit;
  OutputFormat output = OutputFormat::table;
};

std::string command_text(const Json& run) {
  std::string text;
  for (const Json& word : run.at("command")) {
    text += (text.empty() ? "" : " ") + word.get<std::string>();
  }
  return text;
}

std::string state_text(const Json& run) {
  if (run.at("ended_at").is_null()) {
    return "running";
  }
  const Json& status = run.at("exit_status");
  return status.is_number() && status.get<int>() == 0 ? "ok" : "exit " + status.dump();
}

/// NAME=VALUE options as one object. A name that is given twice with different values fits no run,
/// and is a mistake.
Identity parse_identity(const std::vector<std::string>& pairs) {
  Identity identity;
  for (const std::string& pair : pairs) {
    const std::size_t equals = pair.find('=');
    if (equals == 0 || equals == std::string::npos) {
      throw Error(ErrorCode::usage,
                  "--identity: '" + pair + "' is not of the form NAME=VALUE, such as dag_id=daily");
    }
    const std::string name = pair.substr(0, equals);
    const std::string value = pair.substr(equals + 1);
    if (identity.try_emplace(name, value).first->second != value) {
      throw Error(ErrorCode::usage, "--identity: '" + name + "' is given twice");
    }
  }
  return identity;
}

std::string link_text(const Json& run) {
  const Json& link = run.at("link");
  return link.is_null() ? "-" : link.get<std::string>();
}

Column took_column(TimePoint now, int priority) {
  const auto format = [now](const Json& run) {
    const Json& end = run.at("ended_at");
    return time_between(run.at("started_at"), end.is_null() ? Json(format_time(now)) : end);
  };
  return {"took", "TOOK", Align::right, priority, format};
}

std::vector<Column> run_columns(TimePoint now) {
  return {run_column(9),
          {"job", "JOB", Align::left, 8},
          {"window", "WINDOW", Align::left, 3},
          {"exit_status", "STATE", Align::left, 7, state_text, true},
          number_column("succeeded", "OK", 6),
          number_column("failed", "FAILED", 6),
          time_column("started_at", "STARTED", 5),
          took_column(now, 4),
          {"host", "HOST", Align::left, 2},
          {"command", "COMMAND", Align::left, 5, command_text}};
}

std::vector<Column> run_fields(TimePoint now) {
  return {{"run_id", "RUN"},
          {"job", "JOB"},
          {"window", "WINDOW"},
          {"exit_status", "STATE", Align::left, 1, state_text, true},
          {"started_at", "STARTED"},
          {"ended_at", "ENDED"},
          took_column(now, 1),
          {"succeeded", "SUCCEEDED"},
          {"failed", "FAILED"},
          {"command", "COMMAND", Align::left, 1, command_text},
          {"host", "HOST"},
          {"pid", "PID"},
          {"user", "USER"},
          {"boot_id", "BOOT"},
          {"identity", "ORCHESTRATOR", Align::left, 1, orchestrator_text},
          {"link", "LINK", Align::left, 1, link_text},
          {"version", "TRANCHE"}};
}

int list_runs(const Context& context, const ListOptions& options) {
  const Identity identity = parse_identity(options.identity);
  std::optional<Inventory> inventory;
  if (options.job) {
    inventory = need_inventory(context, "job '" + *options.job + "'");
  } else {
    inventory = find_inventory(context);
  }
  const std::int64_t limit =
      options.limit.value_or(options.output == OutputFormat::table ? kTableLimit : 0);
  std::vector<Column> columns = run_columns(inventory ? inventory->now() : TimePoint());
  if (!identity.empty()) {
    columns.push_back({"identity", "ORCHESTRATOR", Align::left, 6, orchestrator_text});
  }
  Listing listing(options.output, "runs", columns);
  std::int64_t shown = 0;
  if (inventory) {
    for (const Run& run :
         inventory->list_runs(options.job, limit == 0 ? kAll : limit + 1, identity)) {
      if (++shown > limit && limit != 0) {
        break;
      }
      listing.add(runner::run_json(run));
    }
  }
  listing.finish();
  if (limit != 0 && shown > limit) {
    runner::log::info("the newest " + std::to_string(limit) + " are shown; --limit 0 shows all");
  }
  return runner::kExitDone;
}

struct InfoOptions {
  std::string id;
  OutputFormat output = OutputFormat::table;
};

/// By its identifier, or by the start of it, as tables show it.
Run find_run(Inventory& inventory, const std::string& id) {
  constexpr std::size_t kWhole = 36;
  if (id.size() >= kWhole) {
    return inventory.find_run(id);
  }
  std::optional<Run> found;
  for (Run& run : inventory.list_runs(std::nullopt, kAll)) {
    if (!run.id.starts_with(id)) {
      continue;
    }
    if (found) {
      throw Error(ErrorCode::refused,
                  "several runs begin with '" + id + "': " + run.id + ", " + found->id +
                      " and perhaps more; give more of it");
    }
    found = std::move(run);
  }
  return found ? *found : inventory.find_run(id);
}

int show_run(const Context& context, const InfoOptions& options) {
  Inventory inventory = need_inventory(context, "run '" + options.id + "'");
  const Run run = find_run(inventory, options.id);
  const TimePoint now = inventory.now();
  Json json = runner::run_json(run);
  json["batches"] = Json::array();
  BatchFilter filter;
  filter.run_id = run.id;
  inventory.list_batches(run.job, filter, "", [&](const Batch& batch) {
    json["batches"].push_back(runner::batch_json(batch, now));
  });
  show_object(options.output, run_fields(now), json);
  if (options.output == OutputFormat::table && !json["batches"].empty()) {
    print("\n");
    Listing batches(OutputFormat::table, "batches", batch_columns(now, false));
    for (const Json& batch : json["batches"]) {
      batches.add(batch);
    }
    batches.finish();
  }
  return runner::kExitDone;
}

}  // namespace

void add_runs(Registry& registry) {
  auto& c = registry.command("runs", "Runs, newest first", "tranche runs --job flights");
  auto options = std::make_shared<ListOptions>();
  c.option("--job", options->job, "NAME", "Only this job's");
  c.option("--identity",
           options->identity,
           "NAME=VALUE",
           "Only what the orchestrator calls so: dag_id=daily");
  c.option("--limit", options->limit, "N", "The newest N; 0: all")
      .default_text("100 in a table, else all");
  c.example("tranche runs --identity dag_id=daily --identity task_id=load");
  c.listing(options->output);
  c.run([options](Context& context) { return list_runs(context, *options); });
}

void add_run_info(Registry& registry) {
  auto& c = registry.command("run-info",
                             "One run: who, where, with which command and batches",
                             "tranche run-info 0f8fad5b-d9cb-469f-a165-70867728950e");
  auto options = std::make_shared<InfoOptions>();
  c.about("BATCHES are those that this run held last, newest first.");
  c.positional("RUN_ID", options->id, "The run, or the start of its identifier");
  c.listing(options->output);
  c.run([options](Context& context) { return show_run(context, *options); });
}

}  // namespace tranche::cli
