#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/job_options.hpp"
#include "cli/job_table.hpp"
#include "cli/open.hpp"
#include "exit_status.hpp"
#include "log.hpp"

#include "tranche/definition.hpp"
#include "tranche/source.hpp"

namespace tranche::cli {
namespace {

struct CreateOptions {
  std::string name;
  JobOptions job;
  OutputFormat output = OutputFormat::table;
};

/// A definition that the source refuses leaves no new inventory behind.
void check_before_making(const Context& context, JobDefinition definition) {
  if (!find_inventory(context)) {
    inspect_source(source_of(context, definition), definition);
  }
}

int create_job(const Context& context, const CreateOptions& options) {
  check_name(options.name, "job");
  check_job_options(options.job);
  JobDefinition definition;
  apply_job_options(options.job, definition);
  check_definition(definition);
  check_before_making(context, definition);
  Inventory inventory = make_inventory(context);
  std::vector<std::string> warnings;
  inventory.create_job(options.name, std::move(definition), &warnings);
  for (const std::string& warning : warnings) {
    runner::log::warn(warning);
  }
  show_job(inventory, options.name, options.output);
  return runner::kExitDone;
}

}  // namespace

void add_job_create(Registry& registry) {
  auto& c = registry.command(
      "job create",
      "Define a job",
      "tranche job create flights --table assets --key id --item item --weight weight "
      "--max-weight 10GiB");
  auto options = std::make_shared<CreateOptions>();
  c.about(
      "Checks the table, the columns and the filter then and there, and shows what was defined. "
      "KEY ORDER says whether the database proves that no asset can appear behind one that was "
      "handed out; where it does not, the reason is told as a warning.");
  c.positional("NAME", options->name, "The job's name");
  c.option("--table", options->job.table, "[SCHEMA.]T", "The table of the assets").need();
  c.option("--key", options->job.key, "COL", "Its unique column in whose order assets go out")
      .need();
  add_job_options(c, options->job);
  c.listing(options->output);
  c.run([options](Context& context) { return create_job(context, *options); });
}

}  // namespace tranche::cli
