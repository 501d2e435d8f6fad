#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/open.hpp"
#include "cli/people.hpp"
#include "exit_status.hpp"
#include "json/writer_json.hpp"
#include "log.hpp"

#include "tranche/error.hpp"

namespace tranche::cli {
namespace {

struct Options {
  std::optional<std::string> job;
  OutputFormat output = OutputFormat::table;
};

std::vector<std::string> names_of(Inventory& inventory) {
  std::vector<std::string> names;
  for (const Job& job : inventory.list_jobs()) {
    names.push_back(job.name);
  }
  return names;
}

Json horizon_json(const std::string& job, const Horizon& horizon) {
  return {{"job", job},
          {"settled_key", runner::key_json(horizon.settled)},
          {"newest_key", runner::key_json(horizon.newest)},
          {"settled_key_text", runner::key_text_json(horizon.settled)},
          {"newest_key_text", runner::key_text_json(horizon.newest)},
          {"writers", runner::writers_json(horizon.writers)}};
}

/// False: it could not be looked at, which is told. The others can.
bool look_at(Inventory& inventory, const std::string& job, Listing& listing) {
  try {
    listing.add(horizon_json(job, inventory.tick(job)));
    return true;
  } catch (const Error& error) {
    runner::log::error("job '" + job + "': " + error.what());
    return false;
  }
}

int tick(const Context& context, const Options& options) {
  Listing listing(options.output,
                  "jobs",
                  {{"job", "JOB"},
                   number_column("settled_key", "SETTLED", 2),
                   number_column("newest_key", "NEWEST", 2),
                   {"writers", "WAITS FOR", Column::Align::left, 1, writers_text}});
  const std::string what = options.job ? "job '" + *options.job + "'" : "";
  auto inventory =
      options.job ? std::optional(need_inventory(context, what)) : find_inventory(context);
  bool good = true;
  if (inventory && options.job) {
    listing.add(horizon_json(*options.job, inventory->tick(*options.job)));
  } else if (inventory) {
    for (const std::string& name : names_of(*inventory)) {
      good = look_at(*inventory, name, listing) && good;
    }
  }
  listing.finish();
  return good ? runner::kExitDone : runner::kExitFailure;
}

}  // namespace

void add_tick(Registry& registry) {
  auto& c = registry.command(
      "tick", "Look how far assets may be handed out", "tranche tick --job flights");
  auto options = std::make_shared<Options>();
  c.about(
      "On PostgreSQL an asset waits until every transaction that could still add one before it has "
      "ended. How far that is, is known from earlier looks at the source: a long load delays only "
      "what came after the last look before it began. Each command that opens the source looks, "
      "and "
      "'tranche run' goes on looking while its commands run; for a job that runs seldom beside "
      "long loads, schedule 'tranche tick' every few minutes. Where the source of one of several "
      "jobs cannot be looked at, the others are, and the exit status is 125.");
  c.option("--job", options->job, "NAME", "This job").default_text("every job");
  c.listing(options->output);
  c.run([options](Context& context) { return tick(context, *options); });
}

}  // namespace tranche::cli
