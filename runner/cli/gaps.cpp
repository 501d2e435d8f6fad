#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/open.hpp"
#include "cli/short_listing.hpp"
#include "cli/window_options.hpp"
#include "exit_status.hpp"
#include "json/coverage_json.hpp"

namespace tranche::cli {
namespace {

struct Options {
  WindowOptions where;
  std::string with;
  OutputFormat output = OutputFormat::table;
};

int list_gaps(const Context& context, const Options& options) {
  Inventory inventory = need_inventory(context, options.where.what());
  ShortListing listing(options.output, "gaps", range_columns());
  inventory.gaps(options.where.job, options.where.campaign, [&](const Gap& gap) {
    listing.add(runner::gap_json(gap));
  });
  listing.finish();
  return runner::kExitDone;
}

int list_differences(const Context& context, const Options& options) {
  Inventory inventory = need_inventory(context, "job '" + options.where.job + "'");
  std::vector<Column> columns = range_columns();
  columns.push_back({"covered_by", "COVERED BY", Column::Align::left, 3});
  columns.push_back({"missing_in", "MISSING IN", Column::Align::left, 9});
  ShortListing listing(options.output, "differences", columns);
  inventory.diff(options.where.job, options.with, [&](const Difference& difference) {
    listing.add(runner::difference_json(difference));
  });
  listing.finish();
  return listing.count() == 0 ? runner::kExitDone : runner::kExitDifferent;
}

}  // namespace

void add_gaps(Registry& registry) {
  auto& c = registry.command(
      "gaps", "Ranges that no succeeded batch covers", "tranche gaps --job flights -o json");
  auto options = std::make_shared<Options>();
  c.about(
      "In key order, with what is in them: as the source and the job's filter are now. Empty after "
      "a backfill: nothing is missing. Without --campaign a range counts as covered whichever "
      "window of the job covered it; looked at is what any of them was made for: from the "
      "incremental window's first key to the newest settled one, each campaign's bounds, of a "
      "cancelled campaign what it handed out. So what still waits, runs, failed or was set free by "
      "a reset is a gap; skipped batches cover theirs, and of a split one its halves count. With "
      "--campaign only that campaign's batches count, within its bounds; 'incremental' is the "
      "job's own window. Ranges without an asset are left out. An asset that appeared inside a "
      "range "
      "after it had succeeded is found by 'tranche audit'; once repaired it is a gap of its own "
      "until it has been processed. Ends with 0 either way. A table shows the first 100.");
  add_job(c, options->where.job);
  c.option("--campaign", options->where.campaign, "C", "Only this campaign, or 'incremental'")
      .default_text("all windows together");
  c.listing(options->output);
  c.run([options](Context& context) { return list_gaps(context, *options); });
}

void add_diff(Registry& registry) {
  auto& c = registry.command("diff",
                             "What one job has processed and another has not",
                             "tranche diff --job flights --with flights-v2 -o json");
  auto options = std::make_shared<Options>();
  c.about(
      "Compares the ledgers of two jobs over the same keys, in both directions: each range that "
      "succeeded batches of one job cover and none of the other, in key order, counted as the job "
      "that covers it sees the source now. Their tables may differ, the type of their keys may "
      "not. "
      "Every window of a job counts, as in 'tranche gaps'. "
      "Ends with 0 where there is no difference, with 1 where there is one. A table shows the "
      "first "
      "100.");
  add_job(c, options->where.job);
  c.required("--with", options->with, "NAME", "The job that it is compared with");
  c.listing(options->output);
  c.run([options](Context& context) { return list_differences(context, *options); });
}

}  // namespace tranche::cli
