#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "exit_status.hpp"
#include "log.hpp"

#include "tranche/inventory.hpp"

namespace tranche::cli {
namespace {

struct Options {
  OutputFormat output = OutputFormat::table;
};

void show(const Context& context, const DatabaseUrl& url, OutputFormat output) {
  const SchemaStatus status = schema_status(url, context.schema);
  const std::string state = status.version == 0              ? "none"
                            : status.version < status.newest ? "older"
                            : status.version > status.newest ? "newer"
                                                             : "current";
  show_object(
      output,
      {{"database", "DATABASE"},
       {"schema", "SCHEMA"},
       {"version", "VERSION"},
       {"newest", "NEWEST"},
       {"state", "STATE", Column::Align::left, 1, {}, true}},
      {{"database", url.redacted()},
       {"schema", url.kind() == DatabaseUrl::Kind::postgres ? Json(context.schema) : Json(nullptr)},
       {"version", status.version},
       {"newest", status.newest},
       {"state", state}});
}

int migrate(const Context& context, const Options& options) {
  const DatabaseUrl url = context.inventory();
  const std::vector<int> applied = migrate_schema(url, context.schema);
  for (const int version : applied) {
    runner::log::info("applied migration " + std::to_string(version));
  }
  show(context, url, options.output);
  return runner::kExitDone;
}

}  // namespace

void add_db(Registry& registry) {
  registry.family("db", "The inventory's own schema");
  auto options = std::make_shared<Options>();
  auto& m = registry.command("db migrate",
                             "Make the inventory, or bring it up to this program",
                             "tranche --db postgresql://db.example/etl db migrate");
  m.about("Safe to repeat and to run from several hosts at once.");
  m.listing(options->output);
  m.run([options](Context& context) { return migrate(context, *options); });

  auto& s =
      registry.command("db status", "Which schema the inventory has", "tranche db status -o json");
  s.about("STATE is none, current, older (see db migrate), or newer than this program.");
  s.listing(options->output);
  s.run([options](Context& context) {
    show(context, context.inventory(), options->output);
    return runner::kExitDone;
  });
}

}  // namespace tranche::cli
