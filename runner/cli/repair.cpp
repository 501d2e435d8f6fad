#include "cli/batch_table.hpp"
#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/confirm.hpp"
#include "cli/open.hpp"
#include "cli/window_options.hpp"
#include "exit_status.hpp"
#include "json/values.hpp"
#include "log.hpp"

#include "tranche/error.hpp"

namespace tranche::cli {
namespace {

struct Options {
  std::string job;
  std::vector<std::int64_t> batches;
  bool all_failed = false;
  std::optional<std::string> campaign;
  std::string to_key;
  bool yes = false;
  OutputFormat output = OutputFormat::table;

  std::string what() const { return "job '" + job + "'"; }
};

std::string named(const std::vector<std::int64_t>& ids) {
  std::string text = ids.size() == 1 ? "batch" : "batches";
  for (std::size_t i = 0; i < ids.size(); ++i) {
    text += (i == 0 ? " " : ", ") + std::to_string(ids[i]);
  }
  return text;
}

int declined() {
  runner::log::info("nothing was changed");
  return runner::kExitDone;
}

int retry(const Context& context, const Options& options) {
  if (options.all_failed == !options.batches.empty()) {
    throw Error(ErrorCode::usage, "retry: give either BATCH_ID… or --all-failed");
  }
  if (options.campaign && !options.all_failed) {
    throw Error(ErrorCode::usage, "retry: --campaign goes with --all-failed only");
  }
  Inventory inventory = need_inventory(context, options.what());
  const std::string which = options.all_failed ? "all failed batches" : named(options.batches);
  if (!confirm("Retry " + which + " of " + options.what() + " with fresh attempts?", options.yes)) {
    return declined();
  }
  list_changed(options.output,
               inventory,
               options.all_failed
                   ? inventory.retry_all_failed(options.job, options.campaign.value_or(""))
                   : inventory.retry(options.job, options.batches));
  return runner::kExitDone;
}

int reset(const Context& context, const Options& options) {
  Inventory inventory = need_inventory(context, options.what());
  inventory.find_job(options.job);
  if (!confirm("Reset " + options.what() + ": hand out key " + options.to_key +
                   " next, and all behind it again?",
               options.yes)) {
    return declined();
  }
  const std::int64_t superseded = inventory.reset(options.job, options.to_key);
  const Window window = inventory.find_window(options.job, std::string(kIncremental));
  // Below --to-key where a batch that did not succeed reaches across it.
  show_object(options.output,
              {{"job", "JOB"}, {"next_key", "NEXT KEY"}, {"superseded", "SUPERSEDED BATCHES"}},
              {{"job", options.job},
               {"next_key", runner::key_json(window.lower)},
               {"next_key_text", runner::key_text_json(window.lower)},
               {"superseded", superseded}});
  return runner::kExitDone;
}

int cancel(const Context& context, const Options& options) {
  Inventory inventory = need_inventory(context, named(options.batches));
  if (!confirm("Cancel " + named(options.batches) + "?", options.yes)) {
    return declined();
  }
  list_changed(options.output, inventory, inventory.cancel(options.batches));
  return runner::kExitDone;
}

}  // namespace

void add_retry(Registry& registry) {
  auto& c = registry.command("retry",
                             "Make failed or cancelled batches available, with fresh attempts",
                             "tranche retry --job flights --all-failed");
  auto options = std::make_shared<Options>();
  c.about("All or none of the batches named. They keep their numbers and ranges.");
  add_job(c, options->job);
  c.positional("BATCH_ID", options->batches, "Batches that failed or were cancelled")
      .range(1, INT64_MAX);
  c.flag("--all-failed", options->all_failed, "Every failed batch of the job, exhausted ones too");
  c.option("--campaign", options->campaign, "C", "Only this campaign's")
      .default_text("all windows");
  c.flag("--yes", options->yes, "Do not ask");
  c.listing(options->output);
  c.run([options](Context& context) { return retry(context, *options); });
}

void add_reset(Registry& registry) {
  auto& c = registry.command(
      "reset", "Move a job's incremental window back", "tranche reset --job flights --to-key 1000");
  auto options = std::make_shared<Options>();
  c.about(
      "The batches behind K stay in the ledger as superseded. Refused while one of them is being "
      "processed. To process keys again without moving the window, create a campaign.");
  add_job(c, options->job);
  c.required("--to-key", options->to_key, "K", "The key to hand out next");
  c.flag("--yes", options->yes, "Do not ask");
  c.listing(options->output);
  c.run([options](Context& context) { return reset(context, *options); });
}

void add_cancel(Registry& registry) {
  auto& c = registry.command("cancel", "Set batches aside", "tranche cancel 42 43");
  auto options = std::make_shared<Options>();
  c.about(
      "Whoever processes one learns it at the next heartbeat and stops. All or none of the batches "
      "named; 'tranche retry' brings them back.");
  c.positional("BATCH_ID", options->batches, "Batches that have not succeeded")
      .range(1, INT64_MAX)
      .need();
  c.flag("--yes", options->yes, "Do not ask");
  c.listing(options->output);
  c.run([options](Context& context) { return cancel(context, *options); });
}

}  // namespace tranche::cli
