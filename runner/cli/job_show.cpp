#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/job_table.hpp"
#include "cli/job_version.hpp"
#include "cli/open.hpp"
#include "exit_status.hpp"
#include "json/event_json.hpp"
#include "json/job_json.hpp"

#include "tranche/error.hpp"

namespace tranche::cli {
namespace {

struct ShowOptions {
  std::string name;
  bool place = false;
  std::optional<std::int64_t> version;
  OutputFormat output = OutputFormat::table;
};

std::vector<Column> place_fields() {
  return {{"kind", "KIND"},
          {"host", "HOST"},
          {"port", "PORT"},
          {"database", "DATABASE"},
          {"schema", "SCHEMA"},
          {"table", "TABLE"}};
}

int list_jobs(const Context& context, const ShowOptions& options) {
  Listing listing(options.output, "jobs", job_columns());
  if (std::optional<Inventory> inventory = find_inventory(context)) {
    for (const Job& job : inventory->list_jobs()) {
      listing.add(
          runner::job_json(job, inventory->find_window(job.name, std::string(kIncremental))));
    }
  }
  listing.finish();
  return runner::kExitDone;
}

void show(Inventory& inventory, const Job& job, OutputFormat output) {
  show_object(output,
              job_fields(),
              runner::job_json(job, inventory.find_window(job.name, std::string(kIncremental))));
}

int run_show(const Context& context, const ShowOptions& options) {
  if (options.place && options.version) {
    throw Error(ErrorCode::usage, "job show: --place and --version cannot be given together");
  }
  Inventory inventory = need_inventory(context, "job '" + options.name + "'");
  if (options.place) {
    show_object(
        options.output, place_fields(), runner::place_json(inventory.place_of(options.name)));
  } else if (options.version) {
    show(inventory, find_job_version(inventory, options.name, *options.version), options.output);
  } else {
    show_job(inventory, options.name, options.output);
  }
  return runner::kExitDone;
}

}  // namespace

void show_job(Inventory& inventory, const std::string& name, OutputFormat output) {
  show(inventory, inventory.find_job(name), output);
}

void add_job_list(Registry& registry) {
  auto& c = registry.command("job list", "All jobs", "tranche job list -o json");
  auto options = std::make_shared<ShowOptions>();
  c.listing(options->output);
  c.run([options](Context& context) { return list_jobs(context, *options); });
}

void add_job_show(Registry& registry) {
  auto& c = registry.command("job show", "One job's definition", "tranche job show flights");
  auto options = std::make_shared<ShowOptions>();
  c.about("With -o json it prints what 'tranche job apply' reads; a password shows as ***.");
  c.positional("NAME", options->name, "The job's name");
  c.flag("--place",
         options->place,
         "Instead where its table is, as a connection to the source tells: server, database, "
         "schema");
  c.option("--version",
           options->version,
           "N",
           "As it was in this version: 'tranche batch' tells a batch's")
      .range(1, INT32_MAX)
      .default_text("the newest");
  c.listing(options->output);
  c.run([options](Context& context) { return run_show(context, *options); });
}

}  // namespace tranche::cli
