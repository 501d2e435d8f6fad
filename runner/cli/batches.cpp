#include "cli/batch_table.hpp"
#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/job_version.hpp"
#include "cli/open.hpp"
#include "cli/print.hpp"
#include "cli/run_names.hpp"
#include "cli/short_listing.hpp"
#include "cli/since.hpp"
#include "cli/window_options.hpp"
#include "exit_status.hpp"
#include "json/batch_json.hpp"
#include "log.hpp"

#include <map>

namespace tranche::cli {
namespace {

struct Options {
  std::string job;
  std::optional<std::string> campaign;
  std::optional<std::string> status;
  std::optional<std::string> since;
  std::optional<std::int64_t> version;
  bool slowest = false;
  std::optional<std::int64_t> limit;
  OutputFormat output = OutputFormat::table;
};

BatchFilter filter_of(const Options& options) {
  BatchFilter filter;
  if (options.status) {
    filter.exhausted = *options.status == "exhausted";
    filter.status =
        filter.exhausted ? BatchStatus::failed : batch_status_from_string(*options.status);
  }
  return filter;
}

/// The numbers of a job's versions, by their ids.
std::map<std::int64_t, int> versions_of(Inventory& inventory, const std::string& job) {
  std::map<std::int64_t, int> versions;
  for (const Job& version : inventory.list_job_versions(job)) {
    versions.emplace(version.version_id, version.version);
  }
  return versions;
}

bool has_campaigns(Inventory& inventory, const std::string& job) {
  return inventory.list_windows(job).size() > 1;
}

int list_batches(const Context& context, const Options& options) {
  const std::optional<Since> since =
      options.since ? std::optional(Since::parse(*options.since)) : std::nullopt;
  Inventory inventory = need_inventory(context, "job '" + options.job + "'");
  const TimePoint now = inventory.now();
  const std::map<std::int64_t, int> versions = versions_of(inventory, options.job);
  BatchFilter filter = filter_of(options);
  filter.version_id =
      options.version ? find_job_version(inventory, options.job, *options.version).version_id : 0;
  filter.slowest = options.slowest;
  filter.since = since ? std::optional(since->at(now)) : std::nullopt;
  const std::int64_t limit =
      options.limit.value_or(options.output == OutputFormat::table ? kTableLimit : 0);
  // One more tells whether something was left out.
  filter.limit = limit == 0 ? 0 : limit + 1;
  Listing listing(options.output,
                  "batches",
                  batch_columns(now, !options.campaign && has_campaigns(inventory, options.job)));
  std::int64_t shown = 0;
  bool more = false;
  inventory.list_batches(
      options.job, filter, options.campaign.value_or(""), [&](const Batch& batch) {
        more = limit != 0 && shown == limit;
        if (!more) {
          Json row = runner::batch_json(batch, now);
          row["job_version"] = versions.at(batch.version_id);
          listing.add(row);
          ++shown;
        }
      });
  listing.finish();
  if (more) {
    runner::log::info(std::string(options.slowest ? "the slowest " : "the newest ") +
                      std::to_string(limit) + " are shown; --limit 0 shows all");
  }
  return runner::kExitDone;
}

struct BatchOptions {
  std::int64_t id = 0;
  OutputFormat output = OutputFormat::table;
};

int show_batch(const Context& context, const BatchOptions& options) {
  Inventory inventory = need_inventory(context, "batch " + std::to_string(options.id));
  const BatchHistory history = inventory.find_batch(options.id);
  const TimePoint now = inventory.now();
  Json batch = runner::history_json(history, now);
  batch["job_version"] = versions_of(inventory, history.batch.job).at(history.batch.version_id);
  batch["runs"] = runs_of(inventory, {history});
  show_object(options.output, batch_fields(now), batch);
  if (options.output == OutputFormat::table && !batch.at("attempts").empty()) {
    print("\n");
    std::vector<Column> columns = attempt_columns(now);
    for (Column& column : orchestrator_columns(batch.at("runs"))) {
      columns.push_back(std::move(column));
    }
    Listing attempts(OutputFormat::table, "attempts", columns);
    for (Json attempt : batch.at("attempts")) {
      attempt["run"] = run_of(batch.at("runs"), attempt.at("run_id"));
      attempts.add(attempt);
    }
    attempts.finish();
    print_links(batch.at("runs"));
  }
  if (options.output == OutputFormat::table && history.pruned) {
    tell_pruned(options.id);
  }
  return runner::kExitDone;
}

}  // namespace

void add_batches(Registry& registry) {
  auto& c = registry.command("batches",
                             "The batches of a job, newest first",
                             "tranche batches --job flights --status failed --since 1d");
  auto options = std::make_shared<Options>();
  c.about(
      "Without --campaign those of every window of the job. --slowest sorts by how long the last "
      "attempt took, or goes on already: it looks once at every batch that was ever held, and "
      "keeps "
      "the first --limit. --version tells what was processed under which definition: 'tranche job "
      "show --version' shows it.");
  c.example("tranche batches --job flights --slowest --limit 10");
  add_job(c, options->job);
  c.option("--campaign", options->campaign, "C", "Only this campaign's, or those of 'incremental'")
      .default_text("all windows");
  c.choices("--status",
            options->status,
            {"planned", "processing", "succeeded", "failed", "exhausted", "cancelled"},
            "Only such; failed includes exhausted ones");
  c.option(
      "--since", options->since, "T", "Acquired since a time, or a duration ago; the last first");
  c.option("--version", options->version, "N", "Only those that were cut under this job version")
      .range(1, INT32_MAX);
  c.flag("--slowest", options->slowest, "Those whose last attempt took longest, first");
  c.option("--limit", options->limit, "N", "The first N; 0: all")
      .default_text("100 in a table, else all");
  c.listing(options->output);
  c.run([options](Context& context) { return list_batches(context, *options); });
}

void add_batch(Registry& registry) {
  auto& c = registry.command("batch", "One batch with its attempts", "tranche batch 42");
  auto options = std::make_shared<BatchOptions>();
  c.positional("BATCH_ID", options->id, "The batch").range(1, INT64_MAX);
  c.listing(options->output);
  c.run([options](Context& context) { return show_batch(context, *options); });
}

}  // namespace tranche::cli
