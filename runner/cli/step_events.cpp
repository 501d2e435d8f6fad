#include "cli/step_events.hpp"

#include "cli/open.hpp"
#include "exit_status.hpp"
#include "json/values.hpp"
#include "log.hpp"
#include "loop/outcome.hpp"
#include "loop/run_state.hpp"
#include "observe/observation.hpp"
#include "process/apart.hpp"
#include "run_identity.hpp"

#include <algorithm>

namespace tranche::cli {
namespace {

// The program that sends to OpenLineage takes a second where its server does not answer.
constexpr Duration kPatience = std::chrono::seconds(3);
// The step is done; what a database says now is for observers alone.
constexpr Duration kDatabasePatience = std::chrono::seconds(1);
constexpr std::int64_t kIteration = 1;  // a run of `acquire` has one batch

std::vector<Adapter> that_hear_steps(std::vector<Adapter> adapters) {
  std::erase_if(adapters, [](const Adapter& adapter) { return !adapter.hears_steps; });
  return adapters;
}

void warn(const std::exception& error) {
  runner::log::warn(std::string("adapters hear nothing of this step: ") + error.what());
}

std::string told_of(const ReleaseRequest& request) {
  switch (request.status) {
    case ReleaseRequest::Status::succeeded:
      return "succeeded";
    case ReleaseRequest::Status::failed:
      break;
    case ReleaseRequest::Status::returned:
    case ReleaseRequest::Status::not_started:
      return "returned";
  }
  return "failed" +
         (request.exit_code ? " with exit status " + std::to_string(*request.exit_code) : "");
}

Duration time_between(const std::optional<TimePoint>& from, const std::optional<TimePoint>& to) {
  return from && to ? std::chrono::duration_cast<Duration>(*to - *from) : Duration::zero();
}

RunFinished finished(const Run& run, const Batch& after, Outcome outcome, int status) {
  runner::RunOptions options;
  options.job = run.job;
  options.window = run.window;
  runner::RunState state(options);
  state.end_iteration(after, runner::RunState::result_of(outcome), status);
  return {run.id, status, runner::dump_line(state.summary(run.id, status))};
}

}  // namespace

void add_step_adapters(Command& command, std::vector<std::string>& names) {
  command
      .option("--adapter",
              names,
              "NAME",
              "Tell openlineage, auto (whoever the environment tells of), none, or a program "
              "tranche-adapter-NAME")
      .default_text("auto");
}

StepEvents::StepEvents(const Context& context, const std::vector<std::string>& adapters)
    : context_(context),
      choice_(choose_adapters(context, adapters)),
      hub_(runner::make_observers(that_hear_steps(choice_.adapters), process_environment())) {}

Identity StepEvents::identity() const {
  return runner::collect_identity(choice_, process_environment());
}

void StepEvents::tell_begin(Inventory& inventory,
                            const Batch& batch,
                            const std::string& range_sql) {
  if (hub_.empty()) {
    return;
  }
  try {
    Inventory::hurry(kDatabasePatience);
    const Run run = inventory.find_run(batch.run_id);
    hub_.tell(RunStarted{run, kIteration});
    hub_.tell(BatchAcquired{batch, kIteration, range_sql, inventory.place_of(batch)});
    hub_.finish(BatchHandedOver{batch.id}, kPatience);
  } catch (const std::exception& error) {
    warn(error);
  }
}

void StepEvents::expect_end(Inventory& inventory, std::int64_t batch_id, const std::string& token) {
  if (hub_.empty()) {
    return;
  }
  try {
    begun_ = find_begun(inventory, batch_id, token);
  } catch (const Error& error) {
    // Of a batch that is not there the release itself will say so.
    if (error.code() != ErrorCode::not_found) {
      warn(error);
    }
  }
}

std::optional<StepEvents::Begun> StepEvents::find_begun(Inventory& inventory,
                                                        std::int64_t batch_id,
                                                        const std::string& token) {
  const BatchHistory history = inventory.find_batch(batch_id);
  const Batch& batch = history.batch;
  const auto outcome =
      history.attempts.empty() ? std::optional<Outcome>() : history.attempts.back().outcome;
  // These two end an attempt without a release, and so untold.
  const bool told = outcome && *outcome != Outcome::lost && *outcome != Outcome::cancelled;
  if (batch.token != token || told) {
    return std::nullopt;
  }
  // A runner tells of its attempts itself.
  Run run = inventory.find_run(batch.run_id);
  return run.command == runner::acquire_command(run.job)
             ? std::optional(Begun{std::move(run), batch, outcome.value_or(Outcome::lost)})
             : std::nullopt;
}

BatchAcquired StepEvents::as_acquired(const Batch& batch) const {
  // The source may be a server that a step which only releases does not reach.
  runner::Apart<BatchAcquired> asking([context = context_, batch] {
    Inventory inventory = need_inventory(context, "batch " + std::to_string(batch.id));
    return BatchAcquired{
        batch, kIteration, inventory.range_condition(batch), inventory.place_of(batch)};
  });
  try {
    if (runner::wait_for_any({asking.done_fd()}, kDatabasePatience)) {
      return asking.take();
    }
  } catch (const Error& error) {
    runner::log::debug(std::string("the batch's range is not told: ") + error.what());
  }
  return BatchAcquired{batch, kIteration, {}, {}};
}

void StepEvents::tell_end(const Batch& after, const ReleaseRequest& request) {
  if (!begun_) {
    return;
  }
  runner::Verdict verdict;
  verdict.release = request;
  verdict.attempt = begun_->batch.attempt;
  const bool failed = request.status == ReleaseRequest::Status::failed;
  tell({after,
        verdict.attempt,
        runner::outcome_of(after, verdict),
        true,
        told_of(request),
        time_between(begun_->batch.acquired_at, after.released_at)},
       request.exit_code.value_or(failed ? 1 : 0));
}

void StepEvents::tell_refused(const Error& error) {
  if (begun_ && error.code() == ErrorCode::lease_lost) {
    const Batch& batch = begun_->batch;
    tell({batch,
          batch.attempt,
          begun_->without_release,
          false,
          error.what(),
          time_between(batch.acquired_at, batch.released_at)},
         runner::kExitFailure);
  }
}

void StepEvents::tell(const BatchReleased& released, int status) {
  try {
    const Run& run = begun_->run;
    hub_.tell(BatchResumed{run, as_acquired(begun_->batch)});
    hub_.tell(released);
    hub_.finish(finished(run, released.batch, released.outcome, status), kPatience);
  } catch (const std::exception& error) {
    warn(error);
  }
}

}  // namespace tranche::cli
