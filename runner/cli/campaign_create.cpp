#include "cli/campaign_view.hpp"
#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/open.hpp"
#include "cli/plan_view.hpp"
#include "cli/replaced_file.hpp"
#include "cli/window_options.hpp"
#include "exit_status.hpp"
#include "json/window_json.hpp"
#include "log.hpp"

#include "tranche/campaign_plan.hpp"
#include "tranche/definition.hpp"

#include <fstream>
#include <optional>

namespace tranche::cli {
namespace {

constexpr std::int64_t kMostInFlight = std::int64_t{1} << 53;

struct Options {
  std::string name;
  std::string job;
  CampaignOptions campaign;
  bool dry_run = false;
  std::string save;
  std::string plan;
  OutputFormat output = OutputFormat::table;

  std::string job_text() const { return "job '" + job + "'"; }
};

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorCode::usage, what);
}

/// What a plan says already.
void check_plan_alone(const CampaignOptions& campaign) {
  const bool more = campaign.from || campaign.to || campaign.from_time || campaign.to_time ||
                    !campaign.filter.empty() || campaign.only_missing || campaign.missing_version ||
                    campaign.newest_first || campaign.halt_after || campaign.max_in_flight ||
                    campaign.limits.max_count || campaign.limits.max_weight;
  if (more) {
    refuse("--plan says already what the campaign is; accepted besides are --job and --output");
  }
}

void check(const Options& options) {
  check_campaign_name(options.name);
  if (options.campaign.halt_after) {
    check_halt_after(*options.campaign.halt_after);
  }
  if (options.campaign.missing_version && !options.campaign.only_missing) {
    refuse("--version goes with --only-missing: whose batches count as done");
  }
  check_times(options.campaign);
  if (!options.plan.empty()) {
    check_plan_alone(options.campaign);
    if (options.dry_run) {
      refuse("--dry-run makes a plan, and --plan applies one; give one of them");
    }
  }
  if (!options.save.empty() && !options.dry_run) {
    refuse("--save goes with --dry-run: it writes the plan to a file");
  }
}

/// A plan goes to the screen, and to a file if one is wanted, while it is made.
class ShownPlan final : public PlanListener {
 public:
  ShownPlan(const Options& options, const Pace& pace) : options_(options), pace_(pace) {
    // Refused before the work where it cannot be written.
    if (!options.save.empty()) {
      file_.emplace("--save", options.save);
      writer_.emplace([this](std::string_view text) { file_->append(text); });
    }
  }

  void begin(const CampaignPlan& plan) override {
    if (writer_) {
      writer_->begin(plan);
    }
    Json object = runner::window_json(options_.job, plan.window);
    for (const char* later : {"state", "state_reason", "frontier", "frontier_text", "created_at"}) {
      object.erase(later);
    }
    view_.emplace(options_.output, pace_, campaign_plan_columns(), "ranges to hand out", object);
  }
  void add(const PlannedRange& range) override {
    if (writer_) {
      writer_->add(range);
    }
    view_->add(planned_range_json(range), range.count, range.weight);
  }
  void finish() {
    if (writer_) {
      writer_->finish();
      file_->finish();
    }
    view_->finish();
  }

 private:
  const Options& options_;
  Pace pace_;
  std::optional<ReplacedFile> file_;
  std::optional<PlanWriter> writer_;
  std::optional<PlanView> view_;
};

int show_plan(Inventory& inventory, const Options& options) {
  ShownPlan shown(options, inventory.pace_of(options.job));
  inventory.plan_campaign(options.job, options.name, options.campaign, shown);
  shown.finish();
  if (!options.save.empty()) {
    runner::log::info("the plan is in " + options.save + "; 'tranche campaign create " +
                      options.name + " --job " + options.job + " --plan " + options.save +
                      "' applies it");
  }
  return runner::kExitDone;
}

void apply(Inventory& inventory, const Options& options) {
  const Job job = inventory.find_job(options.job);
  std::ifstream file(options.plan, std::ios::binary);
  // A folder opens as well.
  if (!file || file.peek() == std::ifstream::traits_type::eof()) {
    throw Error(ErrorCode::refused,
                "--plan: '" + options.plan +
                    "' cannot be read; accepted is a file that 'tranche campaign create --dry-run "
                    "--save FILE' wrote");
  }
  PlanReader reader(file, job.definition.key_type);
  if (reader.plan().job != options.job) {
    throw Error(ErrorCode::refused,
                "the plan " + options.plan + " is of job '" + reader.plan().job +
                    "', not of job '" + options.job + "'");
  }
  inventory.apply_campaign(
      options.name, reader.plan(), [&](const auto& each) { reader.read_ranges(each); });
}

int create_campaign(const Context& context, const Options& options) {
  check(options);
  Inventory inventory = need_inventory(context, options.job_text());
  if (options.dry_run) {
    return show_plan(inventory, options);
  }
  if (options.plan.empty()) {
    inventory.create_campaign(options.job, options.name, options.campaign);
  } else {
    apply(inventory, options);
  }
  show_object(
      options.output, campaign_fields(), campaign_json(inventory, options.job, options.name));
  return runner::kExitDone;
}

void add_bounds(Command& c, CampaignOptions& campaign) {
  c.option("--from", campaign.from, "K", "First key").default_text("the table's first");
  c.option("--to", campaign.to, "K", "Last key").default_text("the newest settled key now");
  c.option("--from-time", campaign.from_time, "T", "Only assets of this time or later");
  c.option("--to-time",
           campaign.to_time,
           "T",
           "Only assets of this time or earlier; a date is the whole day, in UTC");
  c.option("--filter",
           campaign.filter,
           "SQL",
           "Only assets that match it too, besides the job's filter");
  c.flag("--only-missing",
         campaign.only_missing,
         "Only assets that no succeeded batch of the job holds, in any window");
  c.option("--version",
           campaign.missing_version,
           "N",
           "With --only-missing: only batches of this version of the job count")
      .range(1, 1'000'000'000)
      .default_text("any");
  c.flag("--newest-first", campaign.newest_first, "From the last key downwards");
}

}  // namespace

void add_campaign_create(Registry& registry) {
  auto& c = registry.command(
      "campaign create",
      "Define a backfill",
      "tranche campaign create january --job flights --from 1 --to 5000 --max-count 100");
  auto options = std::make_shared<Options>();
  c.about(
      "A window of its own over keys from --from to --to, both included, whether processed before "
      "or not; 'tranche run --job J --campaign NAME' works through it. Its limits count before the "
      "job's. Times are those of the job's --time-column, or of the key where that is a time: "
      "RFC 3339, or a date; assets without a time are left out, and so is what is not there yet, "
      "unless the key itself is the time. --filter is checked as a job's is, and batches show "
      "both. "
      "--only-missing goes by the exact keys of succeeded batches, and decides when a range is "
      "cut. With --newest-first each batch is still a range in rising order, but the newest go "
      "out first, retries included; the campaign does not reach beyond the newest settled key. "
      "--dry-run shows the ranges, with an estimate of the time that one command after the other "
      "takes, by the job's last 1000 batches; --save keeps them in a file. --plan FILE creates "
      "the campaign with exactly those ranges, and refuses if any of them holds other assets by "
      "now.");
  c.example(
      "tranche campaign create holes --job flights --only-missing --dry-run --save plan.json");
  c.positional("NAME", options->name, "Unique within the job");
  add_job(c, options->job);
  add_bounds(c, options->campaign);
  add_limits(c, options->campaign.limits);
  add_max_in_flight(c, "--max-in-flight", options->campaign.max_in_flight);
  c.option("--parallel", options->campaign.max_in_flight, "N", "The same as --max-in-flight")
      .range(1, kMostInFlight);
  c.option("--halt-after",
           options->campaign.halt_after,
           "5%|N",
           "Pause it once so many of its assets have failed for good")
      .default_text("never");
  c.flag("--dry-run", options->dry_run, "Show its ranges, create nothing");
  c.option("--save", options->save, "FILE", "With --dry-run: write the plan there");
  c.option("--plan", options->plan, "FILE", "Apply a plan that --save wrote");
  c.listing(options->output);
  c.run([options](Context& context) { return create_campaign(context, *options); });
}

}  // namespace tranche::cli
