#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/confirm.hpp"
#include "cli/figures_text.hpp"
#include "cli/open.hpp"
#include "cli/people.hpp"
#include "cli/window_options.hpp"
#include "exit_status.hpp"
#include "json/backlog_json.hpp"
#include "json/figures_json.hpp"
#include "json/window_json.hpp"
#include "log.hpp"
#include "progress/window_figures.hpp"

#include "tranche/definition.hpp"

namespace tranche::cli {
namespace {

using Align = Column::Align;

constexpr std::int64_t kMostInFlight = std::int64_t{1} << 53;

struct Options {
  std::string name;
  std::string job;
  CampaignOptions campaign;
  bool yes = false;
  OutputFormat output = OutputFormat::table;

  std::string job_text() const { return "job '" + job + "'"; }
  std::string text() const { return "campaign '" + name + "' of job '" + job + "'"; }
};

std::string state_text(const Json& campaign) {
  const Json& reason = campaign.at("state_reason");
  return campaign.at("state").get<std::string>() +
         (reason.is_string() ? " (" + reason.get<std::string>() + ")" : "");
}

std::vector<Column> campaign_columns() {
  return {{"name", "CAMPAIGN", Align::left, 9},
          {"state", "STATE", Align::left, 8, {}, true},
          {"from", "FROM", Align::right, 7},
          {"to", "TO", Align::right, 7},
          {"frontier", "FRONTIER", Align::right, 6},
          number_column("max_count", "MAX COUNT", 3),
          weight_column("max_weight", "MAX WEIGHT", 3),
          time_column("created_at", "CREATED", 2)};
}

std::vector<Column> campaign_fields() {
  return {{"name", "CAMPAIGN"},
          {"job", "JOB"},
          {"state", "STATE", Align::left, 1, state_text, true},
          {"complete", "COMPLETE"},
          {"progress", "PROGRESS", Align::left, 1, progress_text},
          {"done_count", "DONE", Align::left, 1, done_text},
          {"done_weight", "DONE WEIGHT", Align::left, 1, done_weight_text},
          {"count_per_second", "RATE", Align::left, 1, rate_text},
          {"seconds_left", "TIME LEFT", Align::left, 1, left_text},
          {"slowest", "SLOWEST", Align::left, 1, slowest_text},
          {"from", "FROM"},
          {"to", "TO"},
          {"frontier", "FRONTIER"},
          {"count", "COUNT"},
          {"weight", "WEIGHT"},
          {"ready", "READY"},
          {"processing", "PROCESSING"},
          {"failed", "FAILED"},
          {"exhausted", "EXHAUSTED"},
          {"cancelled", "CANCELLED"},
          {"max_count", "MAX COUNT"},
          {"max_weight", "MAX WEIGHT"},
          {"max_in_flight", "MAX IN FLIGHT"},
          {"halt_after", "HALT AFTER"},
          {"created_at", "CREATED"}};
}

/// The window and what is left of it.
Json campaign_json(Inventory& inventory, const std::string& job, const std::string& name) {
  const Window window = inventory.find_window(job, name);
  const Backlog backlog = inventory.backlog(job, name);
  Json json = runner::window_json(job, window);
  json["complete"] = backlog.count == 0 && window.frontier && *window.frontier >= *window.upper;
  json.update(runner::figures_json(runner::window_figures(inventory, backlog)));
  const Json left = runner::backlog_json(backlog);
  for (const char* field : {"count",
                            "weight",
                            "ready",
                            "unsettled",
                            "processing",
                            "failed",
                            "exhausted",
                            "cancelled"}) {
    json[field] = left.at(field);
  }
  return json;
}

int show_campaign(const Context& context, const Options& options) {
  check_campaign_name(options.name);
  Inventory inventory = need_inventory(context, options.job_text());
  show_object(
      options.output, campaign_fields(), campaign_json(inventory, options.job, options.name));
  return runner::kExitDone;
}

int create_campaign(const Context& context, const Options& options) {
  check_campaign_name(options.name);
  if (options.campaign.halt_after) {
    check_halt_after(*options.campaign.halt_after);
  }
  Inventory inventory = need_inventory(context, options.job_text());
  inventory.create_campaign(options.job, options.name, options.campaign);
  show_object(
      options.output, campaign_fields(), campaign_json(inventory, options.job, options.name));
  return runner::kExitDone;
}

int list_campaigns(const Context& context, const Options& options) {
  Inventory inventory = need_inventory(context, options.job_text());
  Listing listing(options.output, "campaigns", campaign_columns());
  for (const Window& window : inventory.list_windows(options.job)) {
    if (window.kind == WindowKind::campaign) {
      listing.add(runner::window_json(options.job, window));
    }
  }
  listing.finish();
  return runner::kExitDone;
}

int set_state(const Context& context,
              const Options& options,
              WindowState state,
              const std::string& told) {
  check_campaign_name(options.name);
  Inventory inventory = need_inventory(context, options.job_text());
  inventory.find_window(options.job, options.name);
  if (state == WindowState::cancelled &&
      !confirm("Cancel " + options.text() + " for good?", options.yes)) {
    runner::log::info("nothing was changed");
    return runner::kExitDone;
  }
  inventory.set_window_state(options.job, options.name, state);
  runner::log::info(options.text() + told);
  return runner::kExitDone;
}

Command& add(Registry& registry,
             const std::string& verb,
             const char* summary,
             const std::shared_ptr<Options>& options) {
  auto& c = registry.command(
      "campaign " + verb, summary, "tranche campaign " + verb + " january --job flights");
  c.positional("NAME", options->name, "The campaign's name");
  add_job(c, options->job);
  return c;
}

void add_create(Registry& registry) {
  auto& c = registry.command(
      "campaign create",
      "Define a backfill",
      "tranche campaign create january --job flights --from 1 --to 5000 --max-count 100");
  auto options = std::make_shared<Options>();
  c.about(
      "A window of its own over keys from --from to --to, both included, whether processed before "
      "or not; 'tranche run --job J --campaign NAME' works through it. Its limits count before the "
      "job's.");
  c.positional("NAME", options->name, "Unique within the job");
  add_job(c, options->job);
  c.option("--from", options->campaign.from, "K", "First key").default_text("the table's first");
  c.option("--to", options->campaign.to, "K", "Last key")
      .default_text("the newest settled key now");
  add_limits(c, options->campaign.limits);
  add_max_in_flight(c, "--max-in-flight", options->campaign.max_in_flight);
  c.option("--parallel", options->campaign.max_in_flight, "N", "The same as --max-in-flight")
      .range(1, kMostInFlight);
  c.option("--halt-after",
           options->campaign.halt_after,
           "5%|N",
           "Pause it once so many of its assets have failed for good")
      .default_text("never");
  c.listing(options->output);
  c.run([options](Context& context) { return create_campaign(context, *options); });
}

void add_list(Registry& registry) {
  auto& c =
      registry.command("campaign list", "A job's campaigns", "tranche campaign list --job flights");
  auto options = std::make_shared<Options>();
  add_job(c, options->job);
  c.listing(options->output);
  c.run([options](Context& context) { return list_campaigns(context, *options); });
}

void add_show(Registry& registry) {
  auto options = std::make_shared<Options>();
  auto& c = add(registry, "show", "One campaign: how far it is, and what is left", options);
  c.about(
      "RATE is that of the batches that succeeded last, SLOWEST the batch that has been running "
      "the "
      "longest, TIME LEFT what the rest takes at this rate; -o json tells the same figures.");
  c.listing(options->output);
  c.run([options](Context& context) { return show_campaign(context, *options); });
}

void add_state(Registry& registry,
               const std::string& verb,
               const char* summary,
               WindowState state,
               const std::string& told) {
  auto options = std::make_shared<Options>();
  auto& c = add(registry, verb, summary, options);
  if (state == WindowState::cancelled) {
    c.flag("--yes", options->yes, "Do not ask");
  }
  c.run([options, state, told](Context& context) {
    return set_state(context, *options, state, told);
  });
}

}  // namespace

void add_campaign(Registry& registry) {
  registry.family("campaign", "Backfills: windows with fixed bounds over a job's assets");
  add_create(registry);
  add_list(registry);
  add_show(registry);
  add_state(registry,
            "pause",
            "Hand out nothing until resumed",
            WindowState::paused,
            " is paused; what is being processed goes on");
  add_state(registry, "resume", "Hand out batches again", WindowState::active, " is active");
  add_state(registry,
            "cancel",
            "End it for good",
            WindowState::cancelled,
            " is cancelled; what is being processed goes on");
}

}  // namespace tranche::cli
