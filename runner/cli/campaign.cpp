#include "cli/campaign_view.hpp"
#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/confirm.hpp"
#include "cli/open.hpp"
#include "cli/people.hpp"
#include "cli/window_options.hpp"
#include "exit_status.hpp"
#include "json/window_json.hpp"
#include "log.hpp"

#include "tranche/definition.hpp"

namespace tranche::cli {
namespace {

using Align = Column::Align;

struct Options {
  std::string name;
  std::string job;
  bool yes = false;
  OutputFormat output = OutputFormat::table;

  std::string job_text() const { return "job '" + job + "'"; }
  std::string text() const { return "campaign '" + name + "' of job '" + job + "'"; }
};

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

int show_campaign(const Context& context, const Options& options) {
  check_campaign_name(options.name);
  Inventory inventory = need_inventory(context, options.job_text());
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
  add_campaign_create(registry);
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
