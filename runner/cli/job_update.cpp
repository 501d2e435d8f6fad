#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/job_options.hpp"
#include "cli/job_table.hpp"
#include "cli/open.hpp"
#include "exit_status.hpp"
#include "log.hpp"

#include "tranche/error.hpp"

namespace tranche::cli {
namespace {

struct Options {
  std::string name;
  JobOptions set;
  ClearOptions clear;
  OutputFormat output = OutputFormat::table;
};

/// What the command line alone could not tell is no usage error.
Job change(Inventory& inventory, const Options& options, std::vector<std::string>& warnings) {
  try {
    return inventory.update_job(
        options.name,
        [&](JobDefinition& definition) {
          apply_clear_options(options.clear, definition);
          apply_job_options(options.set, definition);
        },
        &warnings);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::usage) {
      throw;
    }
    throw Error(ErrorCode::refused, "job '" + options.name + "': " + error.what());
  }
}

int update_job(const Context& context, const Options& options) {
  check_job_options(options.set);
  check_clear_options(options.clear, options.set);
  Inventory inventory = need_inventory(context, "job '" + options.name + "'");
  const int before = inventory.find_job(options.name).version;
  std::vector<std::string> warnings;
  const Job job = change(inventory, options, warnings);
  for (const std::string& warning : warnings) {
    runner::log::warn(warning);
  }
  if (job.version == before) {
    runner::log::info("job '" + options.name + "' is as before");
  }
  show_job(inventory, options.name, options.output);
  return runner::kExitDone;
}

}  // namespace

void add_job_update(Registry& registry) {
  auto& c = registry.command("job update",
                             "Change what is given, keep the rest",
                             "tranche job update flights --max-weight 20GiB --no-filter");
  auto options = std::make_shared<Options>();
  c.about(
      "Applies to ranges that are handed out from now on; a batch keeps the version it was cut "
      "with. Source, table and key stay as they are once batches were handed out.");
  c.positional("NAME", options->name, "The job's name");
  c.option("--table", options->set.table, "[SCHEMA.]T", "The table of the assets");
  c.option("--key", options->set.key, "COL", "Its unique column in whose order assets go out");
  add_job_options(c, options->set);
  add_clear_options(c, options->clear);
  for (Parameter& parameter : c.parameters()) {
    if (!parameter.shown_default.empty()) {
      parameter.default_text("");
    }
  }
  c.listing(options->output);
  c.run([options](Context& context) { return update_job(context, *options); });
}

}  // namespace tranche::cli
