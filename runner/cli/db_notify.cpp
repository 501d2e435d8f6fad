#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/open.hpp"
#include "cli/print.hpp"
#include "exit_status.hpp"

#include "tranche/error.hpp"
#include "tranche/inventory.hpp"
#include "tranche/news.hpp"

namespace tranche::cli {
namespace {

struct Options {
  std::string job;
  std::optional<std::string> table;
};

int print_trigger(const Context& context, const Options& options) {
  Inventory inventory = need_inventory(context, "job '" + options.job + "'");
  const JobDefinition definition = inventory.find_job(options.job).definition;
  const DatabaseUrl where = source_of(context, definition);
  if (where.kind() != DatabaseUrl::Kind::postgres) {
    throw Error(ErrorCode::refused,
                "db notify: the source of job '" + options.job + "' is " + where.redacted() +
                    ", and SQLite cannot tell anybody; --poll says how often --follow looks");
  }
  print("-- In " + where.redacted() + ":\n" +
        notify_trigger(options.table.value_or(definition.table)));
  return runner::kExitDone;
}

}  // namespace

void add_db_notify(Registry& registry) {
  auto& c = registry.command("db notify",
                             "SQL for a trigger that tells 'run --follow' of new assets",
                             "tranche db notify --job flights | psql -d etl");
  auto options = std::make_shared<Options>();
  c.about(
      "Prints; changes nothing. Run by the owner of the job's table, the SQL makes a trigger that "
      "sends a notification with each statement that inserts. 'tranche run --follow' then looks at "
      "once instead of at its next --poll. 'tranche register' and what tranche itself makes "
      "available (retry, reset, release --status returned, audit --repair, job resume, job update) "
      "tell without a "
      "trigger. Behind a pooler such as pgbouncer runs keep to --poll.");
  c.required("--job", options->job, "NAME", "The job whose table gets the trigger");
  c.option("--table",
           options->table,
           "[SCHEMA.]T",
           "Another table: the one behind a view, or a partition that is written to directly");
  c.run([options](Context& context) { return print_trigger(context, *options); });
}

}  // namespace tranche::cli
