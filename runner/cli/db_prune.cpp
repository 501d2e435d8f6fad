#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/confirm.hpp"
#include "cli/open.hpp"
#include "cli/output.hpp"
#include "exit_status.hpp"
#include "json/values.hpp"
#include "log.hpp"
#include "prune_archive.hpp"
#include "register/progress.hpp"
#include "terminal.hpp"

#include "tranche/error.hpp"

namespace tranche::cli {
namespace {

struct Options {
  std::optional<Duration> older_than;
  std::optional<std::string> job;
  std::optional<std::string> archive;
  bool dry_run = false;
  bool yes = false;
  OutputFormat output = OutputFormat::table;
};

std::string counted(std::int64_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string question(const Options& options) {
  const std::string whose = options.job ? "of job '" + *options.job + "'" : "of all jobs";
  return "Delete the attempts of batches " + whose + " that ended more than " +
         format_duration(*options.older_than) + " ago" +
         (options.archive ? ", with a copy in " + *options.archive : ", without a copy") + "?";
}

Pruned prune(Inventory& inventory, const Options& options) {
  PruneOptions wanted;
  wanted.older_than = *options.older_than;
  wanted.job = options.job;
  wanted.dry_run = options.dry_run;
  std::optional<runner::FileArchive> archive;
  if (options.archive) {
    wanted.archive = &archive.emplace(*options.archive);
  }
  runner::ProgressLine progress(runner::terminal::is_terminal(STDERR_FILENO) &&
                                runner::log::level() >= runner::log::Level::info);
  wanted.progress = [&](const Pruned& pruned) {
    progress.tell(counted(pruned.attempts, "attempt") + " and " + counted(pruned.runs, "run") +
                  (options.dry_run ? " found" : " pruned"));
  };
  return inventory.prune(wanted);
}

int run_prune(const Context& context, const Options& options) {
  if (options.archive && options.dry_run) {
    throw Error(ErrorCode::usage,
                "db prune: --archive writes what goes; with --dry-run nothing does");
  }
  Inventory inventory =
      need_inventory(context, options.job ? "job '" + *options.job + "'" : "an inventory");
  if (options.job) {
    inventory.find_job(*options.job);
  }
  if (!options.dry_run && !confirm(question(options), options.yes)) {
    runner::log::info("nothing was changed");
    return runner::kExitDone;
  }
  const Pruned pruned = prune(inventory, options);
  show_object(options.output,
              {{"before", "BEFORE"},
               {"attempts", "ATTEMPTS", Column::Align::right},
               {"runs", "RUNS", Column::Align::right},
               {"dry_run", "DRY RUN"}},
              {{"before", runner::time_json(pruned.before)},
               {"attempts", pruned.attempts},
               {"runs", pruned.runs},
               {"dry_run", options.dry_run}});
  return runner::kExitDone;
}

constexpr std::string_view kAbout =
    "Deletes the attempts of batches that ended more than DUR ago, and runs that ended then and "
    "that no batch or attempt names any more. Batches and their keys stay for ever, so backlog and "
    "asset answer as before, and a batch still tells its last attempt; its earlier ones, and the "
    "signal that ended it, are gone. Never touched: a batch that is processed or has attempts "
    "left, and a run that has not ended.\n"
    "Works in many small transactions, so runners need not wait, and may be stopped and repeated. "
    "The space is used again; an SQLite file does not shrink by itself. With --archive a line of "
    "JSON for each attempt and run is on disk before it goes.";

}  // namespace

void add_db_prune(Registry& registry) {
  auto& c = registry.command("db prune",
                             "Forget the attempts of batches that ended long ago",
                             "tranche db prune --older-than 90d --archive attempts.jsonl");
  auto options = std::make_shared<Options>();
  c.about(kAbout);
  c.required("--older-than", options->older_than, "DUR", "How long ago the batch or run ended");
  c.option("--job", options->job, "NAME", "Only this job's").default_text("all jobs");
  c.option("--archive", options->archive, "FILE", "Append what goes to this file, as JSON lines");
  c.flag("--dry-run",
         options->dry_run,
         "Count what would go; runs that only such attempts name are not counted");
  c.flag("--yes", options->yes, "Do not ask");
  c.listing(options->output);
  c.run([options](Context& context) { return run_prune(context, *options); });
}

}  // namespace tranche::cli
