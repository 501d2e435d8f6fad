#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/open.hpp"
#include "cli/print.hpp"
#include "exit_status.hpp"

#include "tranche/error.hpp"

namespace tranche::cli {
namespace {

struct Options {
  std::int64_t id = 0;
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

int print_items(const Context& context, const Options& options) {
  Inventory inventory = need_inventory(context, "batch " + std::to_string(options.id));
  const Batch batch = inventory.find_batch(options.id).batch;
  const char separator = options.nul_separated ? '\0' : '\n';
  inventory.for_each_asset(batch, [&](const Asset& asset) { print_item(asset, separator); });
  return runner::kExitDone;
}

}  // namespace

void add_items(Registry& registry) {
  auto& c = registry.command(
      "items", "The items of a batch, a line each, in key order", "tranche items 42 | xargs cat");
  auto options = std::make_shared<Options>();
  c.about(
      "Exactly the assets that the batch was handed out with, as the source has them now: for "
      "steps on another host than the one that acquired it.");
  c.positional("BATCH_ID", options->id, "The batch").env("TRANCHE_BATCH_ID").range(1, INT64_MAX);
  c.flag("-0,--null", options->nul_separated, "Items end in NUL instead of a line break");
  c.run([options](Context& context) { return print_items(context, *options); });
}

}  // namespace tranche::cli
