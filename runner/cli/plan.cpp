#include "cli/batch_table.hpp"
#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/open.hpp"
#include "cli/plan_view.hpp"
#include "cli/window_options.hpp"
#include "exit_status.hpp"
#include "json/batch_json.hpp"
#include "log.hpp"

namespace tranche::cli {
namespace {

constexpr std::int64_t kMostBatches = 1'000'000;

struct Options {
  WindowOptions where;
  Limits limits;
  std::string retry = "first";
  std::int64_t batches = 10;
  OutputFormat output = OutputFormat::table;
};

void tell_why_empty(Inventory& inventory, const Options& options) {
  if (inventory.find_job(options.where.job).paused) {
    runner::log::info(options.where.what() + " is paused");
  } else if (inventory.find_window(options.where.job, options.where.window()).state !=
             WindowState::active) {
    runner::log::info("window '" + options.where.window() + "' of " + options.where.what() +
                      " is not active");
  }
}

int plan(const Context& context, const Options& options) {
  check_limits(options.limits);
  Inventory inventory = need_inventory(context, options.where.what());
  AcquireOptions request;
  request.window = options.where.window();
  request.limits = options.limits;
  request.retry = retry_mode(options.retry);
  const std::vector<Batch> planned = inventory.plan(options.where.job, request, options.batches);
  std::vector<Column> columns = plan_columns();
  columns.push_back(estimate_column());
  PlanView view(
      options.output, inventory.pace_of(options.where.job), columns, "batches to hand out");
  for (const Batch& batch : planned) {
    view.add(runner::batch_json(batch), batch.count, batch.weight);
  }
  view.finish();
  if (planned.empty()) {
    tell_why_empty(inventory, options);
  }
  return runner::kExitDone;
}

}  // namespace

void add_plan(Registry& registry) {
  auto& c = registry.command("plan",
                             "The batches that would be handed out now",
                             "tranche plan --job flights --max-weight 10GiB --batches 3");
  auto options = std::make_shared<Options>();
  c.about(
      "Changes nothing. Batches that come back show their number, others as new. The estimate is "
      "of "
      "one command at a time, by the weight, or else the count, of the job's last 1000 batches; a "
      "last line adds everything up.");
  add_window(c, options->where);
  add_limits(c, options->limits);
  add_waiting(c, options->limits);
  add_target_duration(c, options->limits);
  add_retry_mode(c, options->retry);
  c.option("--batches", options->batches, "N", "How many").range(1, kMostBatches);
  c.listing(options->output);
  c.run([options](Context& context) { return plan(context, *options); });
}

}  // namespace tranche::cli
