#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/open.hpp"
#include "cli/print.hpp"
#include "exit_status.hpp"

#include "tranche/error.hpp"

#include <algorithm>
#include <cstdlib>

namespace tranche::cli {
namespace {

struct Options {
  std::optional<std::int64_t> id;
  std::optional<std::string> run;
  bool nul_separated = false;
};

void print_item(const Asset& asset, char separator) {
  if (asset.item.find(separator) != std::string::npos) {
    throw Error(ErrorCode::refused,
                "the item of key " + asset.key.text() +
                    " holds a line break; -0 ends items in NUL instead");
  }
  print(asset.item + separator);
}

/// Those whose last attempt is the run's, in the order in which they were cut.
std::vector<Batch> batches_of_run(Inventory& inventory, const std::string& run_id) {
  std::vector<Batch> batches;
  BatchFilter filter;
  filter.run_id = run_id;
  inventory.list_batches(inventory.find_run(run_id).job, filter, "", [&](const Batch& batch) {
    batches.push_back(batch);
  });
  std::reverse(batches.begin(), batches.end());
  return batches;
}

/// Inside a command the environment names its batch all the time; that is no choice.
void check_choice(const Options& options) {
  const char* const surrounding = std::getenv("TRANCHE_BATCH_ID");
  const bool chosen =
      options.id && (surrounding == nullptr || surrounding != std::to_string(*options.id));
  if (options.run && chosen) {
    throw Error(ErrorCode::usage, "items: BATCH_ID and --run cannot be given together");
  }
  if (!options.run && !options.id) {
    throw Error(ErrorCode::usage,
                "items: BATCH_ID is required (or TRANCHE_BATCH_ID), or a run by --run");
  }
}

int print_items(const Context& context, const Options& options) {
  check_choice(options);
  Inventory inventory = need_inventory(
      context, options.run ? "run '" + *options.run + "'" : "batch " + std::to_string(*options.id));
  const char separator = options.nul_separated ? '\0' : '\n';
  const std::vector<Batch> batches = options.run
                                         ? batches_of_run(inventory, *options.run)
                                         : std::vector{inventory.find_batch(*options.id).batch};
  for (const Batch& batch : batches) {
    inventory.for_each_asset(batch, [&](const Asset& asset) { print_item(asset, separator); });
  }
  return runner::kExitDone;
}

}  // namespace

void add_items(Registry& registry) {
  auto& c = registry.command(
      "items", "The items of a batch, a line each, in key order", "tranche items 42 | xargs cat");
  auto options = std::make_shared<Options>();
  c.about(
      "Exactly the assets that the batch was handed out with, as the source has them now: for "
      "steps on another host than the one that acquired it. Each attempt of a batch is at the same "
      "ones; 'tranche batch' lists the attempts. With --run those of all batches whose last "
      "attempt was that run's.");
  c.example("tranche items --run 5d0c1f0e-8f7e-4f6b-9c55-2f4a1f3b6a10");
  c.positional("BATCH_ID", options->id, "The batch").env("TRANCHE_BATCH_ID").range(1, INT64_MAX);
  c.option("--run", options->run, "RUN_ID", "Of a run's batches, instead of one batch");
  c.flag("-0,--null", options->nul_separated, "Items end in NUL instead of a line break");
  c.run([options](Context& context) { return print_items(context, *options); });
}

}  // namespace tranche::cli
