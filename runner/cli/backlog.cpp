#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/open.hpp"
#include "cli/people.hpp"
#include "cli/window_options.hpp"
#include "exit_status.hpp"
#include "json/backlog_json.hpp"

namespace tranche::cli {
namespace {

struct Options {
  WindowOptions where;
  OutputFormat output = OutputFormat::table;
};

std::string age_text(const Json& backlog) {
  const Json& age = backlog.at("oldest_age_seconds");
  return age.is_number()
             ? short_duration(Duration(static_cast<std::int64_t>(age.get<double>() * 1000)))
             : "-";
}

int show_backlog(const Context& context, const Options& options) {
  Inventory inventory = need_inventory(context, options.where.what());
  const Backlog backlog = inventory.backlog(options.where.job, options.where.window());
  show_object(options.output,
              {{"job", "JOB"},
               {"window", "WINDOW"},
               {"count", "COUNT"},
               {"weight", "WEIGHT"},
               {"first_key", "FIRST KEY"},
               {"last_key", "LAST KEY"},
               {"oldest_age_seconds", "OLDEST", Column::Align::left, 1, age_text},
               {"ready", "READY"},
               {"unsettled", "UNSETTLED"},
               {"processing", "PROCESSING"},
               {"failed", "FAILED"},
               {"exhausted", "EXHAUSTED"},
               {"cancelled", "CANCELLED"},
               {"writers", "WAITS FOR", Column::Align::left, 1, writers_text}},
              runner::backlog_json(backlog));
  return runner::kExitDone;
}

}  // namespace

void add_backlog(Registry& registry) {
  auto& c = registry.command(
      "backlog", "What waits, runs and failed", "tranche backlog --job flights -o json");
  auto options = std::make_shared<Options>();
  c.about(
      "COUNT and WEIGHT are of the assets in no succeeded batch, those being processed or waiting "
      "for a retry included; READY is the number that can be handed out now, UNSETTLED of those "
      "that wait for older writers to end, because one of these could still add an asset before "
      "them; WAITS FOR names them. PROCESSING, FAILED (waiting for a retry), EXHAUSTED and "
      "CANCELLED count batches.");
  add_window(c, options->where);
  c.listing(options->output);
  c.run([options](Context& context) { return show_backlog(context, *options); });
}

}  // namespace tranche::cli
