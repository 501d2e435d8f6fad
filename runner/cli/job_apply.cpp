#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/job_file.hpp"
#include "cli/open.hpp"
#include "cli/output.hpp"
#include "exit_status.hpp"
#include "log.hpp"

#include "tranche/error.hpp"
#include "tranche/source.hpp"

#include <algorithm>

namespace tranche::cli {
namespace {

struct Options {
  std::string file;
  OutputFormat output = OutputFormat::table;
};

const Job* find(const std::vector<Job>& jobs, const std::string& name) {
  const auto found =
      std::find_if(jobs.begin(), jobs.end(), [&](const Job& job) { return job.name == name; });
  return found == jobs.end() ? nullptr : &*found;
}

/// `job show` hides a password as ***: the stored one is meant.
void restore_password(WantedJob& wanted, const Job* stored) {
  std::string& source = wanted.definition.source;
  if (source.find("***") == std::string::npos) {
    return;
  }
  const std::string known = stored == nullptr ? "" : stored->definition.source;
  if (known.empty() || DatabaseUrl::parse(known).redacted() != source) {
    throw Error(ErrorCode::refused,
                wanted.where +
                    ": the source holds *** in place of a password, and no job of this "
                    "name is stored with that source; give the password, or leave it to "
                    "PGPASSFILE");
  }
  source = known;
}

/// So that a later job's mistake changes none of the others.
void check(const Context& context, const WantedJob& wanted) {
  JobDefinition definition = wanted.definition;
  try {
    inspect_source(source_of(context, definition), definition);
  } catch (const Error& error) {
    throw Error(error.code(), wanted.where + ": " + error.what(), error.query(), error.native());
  }
}

std::string apply(Inventory& inventory, const WantedJob& wanted, const Job* stored, Job& after) {
  std::vector<std::string> warnings;
  after = inventory.apply_job(wanted.name, wanted.definition, &warnings);
  for (const std::string& warning : warnings) {
    runner::log::warn("job '" + wanted.name + "': " + warning);
  }
  return stored == nullptr ? "created" : stored->version == after.version ? "unchanged" : "changed";
}

int apply_jobs(const Context& context, const Options& options) {
  std::vector<WantedJob> wanted = read_job_file(options.file);
  std::vector<Job> stored;
  if (std::optional<Inventory> inventory = find_inventory(context)) {
    stored = inventory->list_jobs();
  }
  for (WantedJob& job : wanted) {
    restore_password(job, find(stored, job.name));
    check(context, job);
  }
  Inventory inventory = make_inventory(context);
  Listing listing(
      options.output,
      "jobs",
      {{"name", "JOB"}, {"change", "CHANGE"}, {"version", "VERSION", Column::Align::right}});
  for (const WantedJob& job : wanted) {
    Job after;
    const std::string change = apply(inventory, job, find(stored, job.name), after);
    listing.add({{"name", job.name}, {"change", change}, {"version", after.version}});
  }
  listing.finish();
  return runner::kExitDone;
}

}  // namespace

void add_job_apply(Registry& registry) {
  auto& c = registry.command("job apply",
                             "Define jobs as a JSON file says",
                             "tranche job show flights -o json > flights.json && "
                             "tranche job apply flights.json");
  auto options = std::make_shared<Options>();
  c.about(
      "FILE holds an object such as 'tranche job show -o json' prints, or an array of them: name, "
      "table and key_column are needed, what is left out has its default. Applied again it changes "
      "nothing. All jobs are checked before the first is changed; whether a job is paused stays as "
      "it is.");
  c.positional("FILE", options->file, "A JSON file, or - for standard input");
  c.listing(options->output);
  c.run([options](Context& context) { return apply_jobs(context, *options); });
}

}  // namespace tranche::cli
