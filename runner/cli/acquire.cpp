#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/hand_over.hpp"
#include "cli/open.hpp"
#include "cli/window_options.hpp"
#include "exit_status.hpp"
#include "log.hpp"
#include "run_identity.hpp"

#include "tranche/error.hpp"

namespace tranche::cli {
namespace {

struct Options {
  WindowOptions where;
  Limits limits;
  std::string retry = "first";
  std::optional<Duration> lease;
  std::string output = "json";
  std::optional<std::string> output_dir;
};

/// A run tells who holds the batch; without it the batch is held all the same.
void record_run(Inventory& inventory, const Batch& batch) {
  try {
    inventory.start_run(runner::describe_run(
        batch.run_id, batch.job, batch.window, runner::acquire_command(batch.job)));
  } catch (const Error& error) {
    runner::log::warn(std::string("the run was not recorded: ") + error.what());
  }
}

/// A batch that nobody heard of would stay held until its lease ends.
void give_back(Inventory& inventory, const Batch& batch) {
  ReleaseRequest request;
  request.status = ReleaseRequest::Status::returned;
  request.message = "the caller of acquire was gone";
  try {
    inventory.release(batch.id, batch.token, request);
    inventory.finish_run(batch.run_id, runner::kExitFailure, 0, 0);
  } catch (const std::exception& error) {
    runner::log::error("batch " + std::to_string(batch.id) + " stays held: " + error.what());
  }
}

int acquire(const Context& context, const Options& options) {
  check_lease(options.lease);
  const HandOver hand_over(options.output, options.output_dir);
  Inventory inventory = need_inventory(context, options.where.what());
  AcquireOptions request;
  request.window = options.where.window();
  request.limits = options.limits;
  request.retry = retry_mode(options.retry);
  request.lease = options.lease;
  request.run_id = random_uuid();
  const Acquired acquired = inventory.acquire(options.where.job, request);
  if (!acquired.batch) {
    runner::log::info(acquired.note.empty() ? "nothing to acquire: " + options.where.what() +
                                                  " has no asset that can be handed out now"
                                            : "nothing to acquire: " + acquired.note);
    return runner::kExitNothing;
  }
  const Batch& batch = *acquired.batch;
  record_run(inventory, batch);
  try {
    hand_over.write(batch, inventory.range_condition(batch));
  } catch (...) {
    give_back(inventory, batch);
    throw;
  }
  return runner::kExitDone;
}

}  // namespace

void add_acquire(Registry& registry) {
  auto& c = registry.command("acquire",
                             "Take one batch for a step outside a runner",
                             "tranche acquire --job flights --max-count 100 --lease 2h");
  auto options = std::make_shared<Options>();
  c.about(
      "Prints the batch and its lease token, with which 'tranche release' ends it and 'tranche "
      "heartbeat' extends it. The exit status is 99 where nothing can be acquired.\n"
      "-o env prints lines for eval, with the variables that a runner's command sees. -o argo "
      "writes a file for each field (batch_id, first_key, …, and batch.json) into --output-dir.");
  c.example(
      "eval \"$(tranche acquire --job flights -o env)\" && ./load.sh && tranche release "
      "--status succeeded");
  add_window(c, options->where);
  add_limits(c, options->limits);
  add_retry_mode(c, options->retry);
  c.option("--lease", options->lease, "DUR", "How long it is held without a heartbeat")
      .default_text("the job's, else " + format_duration(kUnattendedLease));
  c.choices("-o,--output", options->output, {"json", "env", "argo"}, "Form of the result");
  c.option("--output-dir", options->output_dir, "DIR", "Where -o argo writes");
  c.run([options](Context& context) { return acquire(context, *options); });
}

}  // namespace tranche::cli
