#include "cli/dry_run.hpp"

#include "cli/batch_table.hpp"
#include "cli/hand_over.hpp"
#include "cli/open.hpp"
#include "cli/plan_view.hpp"
#include "cli/short_listing.hpp"
#include "exit_status.hpp"
#include "json/batch_json.hpp"
#include "log.hpp"
#include "loop/environment.hpp"

namespace tranche::cli {
namespace {

// About 1 KiB of memory each.
constexpr std::int64_t kMostBatches = 100'000;

/// As it could be typed.
std::string shell_word(const std::string& word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789%+,-./:=@_";
  const bool plain = !word.empty() && word.find_first_not_of(kPlain) == std::string::npos;
  return plain ? word : shell_quoted(word);
}

std::string command_text(const Json& row) {
  std::string line;
  for (const Json& word : row.at("command")) {
    line += (line.empty() ? "" : " ") + shell_word(word.get<std::string>());
  }
  return line;
}

std::vector<std::string> command_over(Inventory& inventory,
                                      const runner::RunOptions& run,
                                      Batch batch,
                                      std::int64_t iteration) {
  ++batch.attempt;
  const runner::BatchFiles no_files;
  runner::BatchView view{batch, no_files, inventory.range_condition(batch), iteration, {}};
  auto values = runner::placeholder_values(view);
  values.erase("items_file");
  values.erase("batch_file");
  if (batch.id == 0) {
    values.erase("batch_id");
  }
  return runner::command_arguments(run.command, values);
}

}  // namespace

int dry_run(const Context& context, const runner::RunOptions& run, OutputFormat output) {
  Inventory inventory = need_inventory(context, "job '" + run.job + "'");
  AcquireOptions request;
  request.window = run.window;
  request.limits = run.limits;
  request.retry = run.retry;
  request.ordered = run.ordered;
  const std::vector<Batch> planned =
      inventory.plan(run.job, request, run.iterations.value_or(kMostBatches));
  std::vector<Column> columns = plan_columns();
  columns.push_back(estimate_column());
  columns.push_back({"command", "COMMAND", Column::Align::left, 9, command_text});
  ShortListing listing(output, "batches", std::move(columns));
  const Pace pace = inventory.pace_of(run.job);
  std::int64_t iteration = 0;
  for (const Batch& batch : planned) {
    Json row = runner::batch_json(batch);
    row["estimated_seconds"] = estimate_json(pace.seconds_of(batch.count, batch.weight));
    row["command"] = command_over(inventory, run, batch, ++iteration);
    listing.add(row);
  }
  listing.finish();
  if (!run.iterations && iteration == kMostBatches) {
    runner::log::info("--dry-run shows the next " + std::to_string(kMostBatches) +
                      " batches; --iterations N shows more");
  }
  if (planned.empty()) {
    runner::log::info("nothing to process for job '" + run.job + "'");
    return run.empty_exit_code.value_or(runner::kExitDone);
  }
  return runner::kExitDone;
}

}  // namespace tranche::cli
