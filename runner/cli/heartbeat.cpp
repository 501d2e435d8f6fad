#include "cli/batch_token.hpp"
#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/step_inventory.hpp"
#include "cli/window_options.hpp"
#include "exit_status.hpp"

namespace tranche::cli {
namespace {

struct Options {
  BatchToken batch;
  std::optional<Duration> lease;
  OutputFormat output = OutputFormat::table;
};

int heartbeat(const Context& context, const Options& options) {
  check_lease(options.lease);
  StepInventory inventory(context, options.batch.what());
  const auto end = inventory.keep_trying<TimePoint>([&](Inventory& opened) {
    return opened.heartbeat(options.batch.id, options.batch.token, options.lease);
  });
  show_object(options.output,
              {{"batch_id", "BATCH"}, {"lease_expires_at", "LEASE UNTIL"}},
              {{"batch_id", options.batch.id}, {"lease_expires_at", format_time(end)}});
  return runner::kExitDone;
}

}  // namespace

void add_heartbeat(Registry& registry) {
  auto& c = registry.command("heartbeat",
                             "Extend the lease of a batch",
                             "tranche heartbeat 42 --token \"$TOKEN\" --lease 30m");
  auto options = std::make_shared<Options>();
  c.about(
      "Refused with exit status 125 where the batch was taken over or cancelled: stop working.");
  add_batch_token(c, options->batch);
  c.option("--lease", options->lease, "DUR", "How long it is held from now on")
      .default_text("as long as before");
  c.listing(options->output);
  c.run([options](Context& context) { return heartbeat(context, *options); });
}

}  // namespace tranche::cli
