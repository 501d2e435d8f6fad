#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/confirm.hpp"
#include "cli/open.hpp"
#include "exit_status.hpp"
#include "log.hpp"

namespace tranche::cli {
namespace {

struct Options {
  std::string name;
  bool yes = false;

  std::string what() const { return "job '" + name + "'"; }
};

int pause_job(const Context& context, const Options& options) {
  Inventory inventory = need_inventory(context, options.what());
  inventory.pause_job(options.name, true);
  runner::log::info(options.what() + " is paused; what is being processed goes on");
  return runner::kExitDone;
}

/// Also ends what a failure policy's `halt` did.
int resume_job(const Context& context, const Options& options) {
  Inventory inventory = need_inventory(context, options.what());
  inventory.pause_job(options.name, false);
  inventory.set_window_state(options.name, std::string(kIncremental), WindowState::active);
  runner::log::info(options.what() + " is active");
  return runner::kExitDone;
}

int delete_job(const Context& context, const Options& options) {
  Inventory inventory = need_inventory(context, options.what());
  inventory.find_job(options.name);
  if (!confirm("Delete " + options.what() + " with all it knows of its batches?", options.yes)) {
    runner::log::info("nothing was changed");
    return runner::kExitDone;
  }
  inventory.delete_job(options.name);
  runner::log::info(options.what() + " is deleted; its assets were not touched");
  return runner::kExitDone;
}

template <typename Body>
Command& add(Registry& registry,
             const char* name,
             const char* summary,
             const char* example,
             Body body,
             const std::shared_ptr<Options>& options) {
  auto& c = registry.command(name, summary, example);
  c.positional("NAME", options->name, "The job's name");
  c.run([options, body](Context& context) { return body(context, *options); });
  return c;
}

}  // namespace

void add_job_states(Registry& registry) {
  add(registry,
      "job pause",
      "Hand out nothing until resumed",
      "tranche job pause flights",
      pause_job,
      std::make_shared<Options>())
      .about("Batches that are being processed go on; runs end as with an empty backlog.");
  add(registry,
      "job resume",
      "Hand out batches again",
      "tranche job resume flights",
      resume_job,
      std::make_shared<Options>())
      .about("After a pause, and after the failure policy halted the job.");
  auto options = std::make_shared<Options>();
  auto& c = add(registry,
                "job delete",
                "Delete a job and its ledger",
                "tranche job delete flights --yes",
                delete_job,
                options);
  c.about("Refused while a batch is being processed. The assets are never touched.");
  c.flag("--yes", options->yes, "Do not ask");
}

}  // namespace tranche::cli
