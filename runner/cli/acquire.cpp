#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/hand_over.hpp"
#include "cli/step_events.hpp"
#include "cli/step_inventory.hpp"
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
  std::vector<std::string> adapters;
  bool ordered = false;
};

std::optional<bool> is_there(Inventory& inventory, const std::string& run_id) {
  try {
    inventory.find_run(run_id);
    return true;
  } catch (const Error& error) {
    if (error.code() == ErrorCode::not_found) {
      return std::nullopt;
    }
    throw;
  }
}

/// A run tells who holds the batch; without it the batch is held all the same.
void record_run(const StepEvents& events, StepInventory& inventory, const Batch& batch) {
  const Run run = runner::describe_run(
      batch.run_id, batch.job, batch.window, runner::acquire_command(batch.job), events.identity());
  try {
    inventory.keep_trying<bool>(
        [&](Inventory& opened) {
          opened.start_run(run);
          return true;
        },
        [&](Inventory& opened) { return is_there(opened, run.id); });
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
  check_limits(options.limits);
  StepEvents events(context, options.adapters);
  const HandOver hand_over(options.output, options.output_dir);
  StepInventory inventory(context, options.where.what());
  AcquireOptions request;
  request.window = options.where.window();
  request.limits = options.limits;
  request.retry = retry_mode(options.retry);
  request.lease = options.lease;
  request.ordered = options.ordered;
  request.run_id = random_uuid();
  request.token = random_token();
  const auto acquired = inventory.keep_trying<Acquired>(
      [&](Inventory& opened) { return opened.acquire(options.where.job, request); },
      [&](Inventory& opened) -> std::optional<Acquired> {
        // The batch is ours if its token is.
        auto held = opened.find_held(options.where.job, request.window, request.token);
        return held ? std::optional(Acquired{std::move(held), {}, {}, false}) : std::nullopt;
      });
  if (!acquired.batch) {
    runner::log::info(acquired.note.empty() ? "nothing to acquire: " + options.where.what() +
                                                  " has no asset that can be handed out now"
                                            : "nothing to acquire: " + acquired.note);
    return runner::kExitNothing;
  }
  const Batch& batch = *acquired.batch;
  record_run(events, inventory, batch);
  std::string range_sql;
  try {
    range_sql = inventory.get().range_condition(batch);
    hand_over.write(batch, range_sql);
  } catch (...) {
    give_back(inventory.get(), batch);
    throw;
  }
  events.tell_begin(inventory.get(), batch, range_sql);
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
  add_waiting(c, options->limits);
  add_target_duration(c, options->limits);
  add_retry_mode(c, options->retry);
  c.flag("--ordered",
         options->ordered,
         "Nothing while a batch of the window is unfinished or has failed for good");
  c.option("--lease", options->lease, "DUR", "How long it is held without a heartbeat")
      .default_text("the job's, else " + format_duration(kUnattendedLease));
  c.choices("-o,--output", options->output, {"json", "env", "argo"}, "Form of the result");
  add_step_adapters(c, options->adapters);
  c.option("--output-dir", options->output_dir, "DIR", "Where -o argo writes");
  c.run([options](Context& context) { return acquire(context, *options); });
}

}  // namespace tranche::cli
