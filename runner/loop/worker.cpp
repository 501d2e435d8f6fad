#include "loop/worker.hpp"

#include "exit_status.hpp"
#include "log.hpp"
#include "loop/environment.hpp"
#include "process/apart.hpp"
#include "terminal.hpp"

#include <unistd.h>
#include <utility>

namespace tranche::runner {
namespace {

// Between batches nothing is held: a database that is away this long ends the run.
constexpr auto kAcquirePatience = std::chrono::seconds(60);
constexpr auto kNamesPatience = std::chrono::seconds(5);
constexpr Duration kLookTwice = std::chrono::milliseconds(100);
constexpr Duration kFirstStartPause = std::chrono::milliseconds(200);
constexpr Duration kLongestStartPause = std::chrono::seconds(5);

std::string range_of(const Batch& batch) {
  return "keys " + batch.first_key->text() + " to " + batch.last_key->text();
}

std::string name_of(const Batch& batch) {
  return "batch " + std::to_string(batch.id) + " ";
}

std::string seconds_text(Duration elapsed) {
  const auto tenths = elapsed.count() / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

/// What a person types where the runner could not.
std::string release_command(const Batch& batch, const ReleaseRequest& request) {
  std::string line =
      "tranche release " + std::to_string(batch.id) + " --token " + batch.token + " --status ";
  switch (request.status) {
    case ReleaseRequest::Status::succeeded:
      return line + "succeeded";
    case ReleaseRequest::Status::failed:
      break;
    case ReleaseRequest::Status::returned:
    case ReleaseRequest::Status::not_started:
      return line + "returned";
  }
  // A signal and its exit status mean the same to the failure policy.
  const auto status = request.timed_out ? std::optional(kExitTimeout)
                      : request.signal  ? std::optional(exit_of_signal(*request.signal))
                                        : request.exit_code;
  return line + "failed" + (status ? " --exit-code " + std::to_string(*status) : "");
}

}  // namespace

Worker::Worker(const WorkerSetup& setup, RunState& state)
    : setup_(setup),
      state_(state),
      inventory_(setup.open, setup.stop),
      heartbeat_(setup.open, setup.stop, setup.horizon),
      items_(setup.folder / ("items-" + std::to_string(setup.number)), setup.options.items_nul) {}

void Worker::run() {
  try {
    while (!setup_.stop.requested()) {
      auto turn = setup_.throttle->take_turn();
      if (!turn) {
        // Others may be waiting for news.
        state_.end(kExitDone);
        return;
      }
      if (!state_.reserve_iteration()) {
        return;
      }
      auto held = acquire();
      if (held) {
        turn->charge(held->batch.weight);
      }
      turn.reset();
      if (!held) {
        state_.give_back_iteration();
        if (unfinished_) {
          continue;
        }
        if (!setup_.options.follow) {
          return;
        }
        wait_for_more();
        continue;
      }
      while (held) {
        held = process(*held, state_.number_iteration());
      }
    }
  } catch (const std::exception& error) {
    log::error(error.what());
    state_.end(kExitFailure);
  }
}

void Worker::wait_for_more() {
  const int news = setup_.news->fd(setup_.number);
  // A commit tells of itself a moment before its locks are gone, and so before the horizon moves.
  Duration pause = woken_ ? std::min(setup_.options.poll, kLookTwice) : setup_.options.poll;
  pause = std::min(pause, setup_.throttle->left().value_or(pause));
  pause = std::min(pause, due_in_.value_or(pause));
  wait_for_any({setup_.stop.fd(), state_.ending_fd(), news}, pause);
  woken_ = wait_for_any({news}, Duration::zero());
  // Before the next look: what is told from then on wakes again.
  clear_event(news);
}

AcquireOptions Worker::next_options() {
  AcquireOptions options;
  options.window = setup_.options.window;
  options.limits = setup_.options.limits;
  options.retry = setup_.options.retry;
  options.lease = setup_.options.lease;
  options.default_lease = kRunnerLease;
  options.run_id = setup_.run_id;
  options.token = random_token();
  options.sink = &items_;
  options.most_ahead = state_.iterations_left();
  options.ordered = setup_.options.ordered;
  return options;
}

std::optional<Worker::Held> Worker::acquire() {
  const AcquireOptions options = next_options();
  auto asked_at = boot_now();
  using Answer = std::optional<Acquired>;
  const Answer answer = inventory_.keep_trying<Answer>(
      boot_now() + kAcquirePatience,
      [&](Inventory& inventory) {
        asked_at = boot_now();
        return inventory.acquire(setup_.options.job, options);
      },
      [&](Inventory& inventory) -> std::optional<Answer> {
        // A commit broke: the batch is ours if its token is.
        auto batch = inventory.find_held(setup_.options.job, setup_.options.window, options.token);
        return batch ? std::optional<Answer>(Acquired{std::move(batch), {}, {}, false})
                     : std::nullopt;
      });
  return take_up(*answer, asked_at);
}

std::optional<Worker::Held> Worker::take_up(const Acquired& answer,
                                            std::chrono::nanoseconds asked_at) {
  unfinished_ = answer.unfinished;
  due_in_ = answer.due_in;
  if (unfinished_) {
    log::info(answer.note);
  } else {
    state_.note(answer.note);
  }
  if (!answer.batch) {
    return std::nullopt;
  }
  const Duration lease = answer.lease != Duration::zero()
                             ? answer.lease
                             : *answer.batch->available_at - *answer.batch->acquired_at;
  Held held{*answer.batch, asked_at, lease, asked_at + lease, answer.sink_filled};
  if (answer.sink_filled) {
    try {
      items_.finish();
    } catch (const std::exception& error) {
      give_back(held, error.what());
      throw;
    }
  }
  return held;
}

std::optional<Worker::Held> Worker::process(Held& held, std::int64_t iteration) {
  const RunState::InFlight in_flight(state_, held.batch.id);
  Watch watch;
  watch.renew(held.asked_at, held.lease);
  Verdict verdict;
  try {
    const Heartbeat::Scope beating(heartbeat_, held.batch, held.lease, watch);
    verdict = attempt(held, watch, iteration);
  } catch (const std::exception& error) {
    held.until = watch.deadline();
    give_back(held, error.what());
    throw;
  }
  held.until = watch.deadline();
  auto next = conclude(held, verdict);
  record_names(verdict);
  return next;
}

Worker::Reading Worker::read_batch(const Held& held) {
  const Batch& batch = held.batch;
  const bool observed = !setup_.observation.observers.empty();
  const std::function<Reading(Inventory&)> read = [&](Inventory& inventory) {
    if (!held.items_are_there) {
      items_.begin();
      inventory.for_each_asset(batch, [&](const Asset& asset) { items_.add(asset); });
      items_.finish();
    }
    return Reading{inventory.range_condition(batch),
                   observed ? inventory.place_of(batch) : SourcePlace()};
  };
  return inventory_.keep_trying<Reading>(
      held.until, read, [](Inventory&) { return std::optional<Reading>(); });
}

Verdict Worker::attempt(const Held& held, Watch& watch, std::int64_t iteration) {
  const Batch& batch = held.batch;
  log::info("batch " + std::to_string(batch.id) + ": " + range_of(batch) + ", " +
                std::to_string(batch.count) + (batch.count == 1 ? " asset" : " assets") +
                ", weight " + format_weight(batch.weight) + ", attempt " +
                std::to_string(batch.attempt) + " of " + std::to_string(batch.max_attempts),
            {});
  const Reading reading = read_batch(held);
  const BatchFiles files = make_batch_files(setup_.folder, batch, items_.path());
  const BatchView view{
      batch, files, reading.range_sql, iteration, iterations_text(), reading.source};
  observe_acquired(view);
  Executed executed = execute(view, watch);
  const CommandResult& result = executed.result;
  setup_.observation.progress.end(batch.id);
  const Report report = read_report(files.report);
  Verdict verdict = judge(result, report, std::move(executed.outputs));
  verdict.names = std::move(executed.names);
  verdict.attempt = batch.attempt;
  verdict.elapsed = result.elapsed;
  if (result.kind == CommandResult::Kind::not_started) {
    verdict.told += " ('" + setup_.options.command.front() + "')";
  }
  verdict.told += " after " + seconds_text(result.elapsed);
  if (!report.empty()) {
    settle(held, watch, files.report, verdict);
  }
  remove_batch_files(files);
  return verdict;
}

void Worker::settle(const Held& held,
                    const Watch& watch,
                    const std::filesystem::path& report,
                    Verdict& verdict) {
  using Status = ReleaseRequest::Status;
  auto& request = verdict.release;
  if (!request || (request->status != Status::failed && request->status != Status::returned)) {
    return;
  }
  const bool ended_well = request->exit_code == 0 && !request->timed_out;
  const std::function<ItemsDone(Inventory&)> work = [&](Inventory& inventory) {
    return settle_items(inventory, held.batch, report, ended_well, *request);
  };
  try {
    verdict.items = inventory_.keep_trying<ItemsDone>(
        watch.deadline(), work, [](Inventory&) { return std::optional<ItemsDone>(); });
  } catch (const Error& error) {
    log::warn(name_of(held.batch) + "is tried again as a whole: " + error.what());
    return;
  }
  if (request->status == Status::succeeded) {
    verdict.status = 0;
    verdict.told += "; all its items are done";
  } else if (verdict.items.done > 0) {
    verdict.told += "; " + std::to_string(verdict.items.done) + " items are done, " +
                    std::to_string(verdict.items.left) + " are left";
  }
}

std::string Worker::iterations_text() const {
  const auto& iterations = setup_.options.iterations;
  return iterations ? std::to_string(*iterations) : "all";
}

void Worker::give_back(const Held& held, const std::string& why) {
  Verdict verdict;
  verdict.attempt = held.batch.attempt;
  verdict.told = why;
  try {
    const Batch after =
        release(held, {.status = ReleaseRequest::Status::not_started, .message = why});
    observe_released(after, verdict, Outcome::not_started, true);
  } catch (const std::exception& error) {
    log::error(error.what());
    observe_released(held.batch, verdict, Outcome::not_started, false);
  }
}

void Worker::observe_acquired(const BatchView& view) {
  Observation& observation = setup_.observation;
  if (observation.observers.empty()) {
    return;
  }
  observation.observers.tell(
      BatchAcquired{view.batch, view.iteration, view.range_sql, view.source});
  observation.progress.begin(view.batch.id, view.files.progress);
  observed_ = true;
}

void Worker::observe_released(const Batch& after,
                              const Verdict& verdict,
                              Outcome outcome,
                              bool recorded) {
  if (std::exchange(observed_, false)) {
    setup_.observation.progress.end(after.id);
    setup_.observation.observers.tell(
        BatchReleased{after, verdict.attempt, outcome, recorded, verdict.told, verdict.elapsed});
  }
}

CommandSpec Worker::command_for(const BatchView& view) const {
  const RunOptions& options = setup_.options;
  const std::string id = std::to_string(view.batch.id);
  CommandSpec spec;
  spec.argv = command_arguments(options.command, placeholder_values(view));
  spec.environment = command_environment(view);
  spec.timeout = options.timeout;
  spec.grace = options.grace;
  spec.log_directory = options.log_directory;
  spec.log_name = "batch-" + id + "-attempt-" + std::to_string(view.batch.attempt);
  spec.line_prefix = options.jobs > 1 ? "[" + id + "] " : "";
  // What goes to the terminal past us would mix with the line at its bottom.
  spec.carry_output = options.progress == ProgressKind::bar && terminal::is_terminal(STDOUT_FILENO);
  return spec;
}

Worker::Executed Worker::execute(const BatchView& view, Watch& watch) {
  Duration pause = kFirstStartPause;
  for (int tries_left = setup_.options.start_retries;; --tries_left) {
    Executed executed;
    if (watch.lease_lost() || boot_now() >= watch.deadline()) {
      executed.result.kind = CommandResult::Kind::lease_lost;
      return executed;
    }
    CommandSpec spec = command_for(view);
    const auto attempt = setup_.observation.commands.prepare(spec, view.batch);
    executed.result = setup_.commands.run(spec, watch);
    executed.outputs = read_outputs(view.files.output);
    executed.names = attempt->names(executed.outputs);
    attempt->judge(executed.result, executed.outputs);
    executed.outputs.insert(executed.names.begin(), executed.names.end());
    if (executed.result.kind != CommandResult::Kind::not_started || tries_left <= 0) {
      return executed;
    }
    // A stop ends the pause; the next try then tells that it was one.
    wait_for_any({setup_.stop.fd()}, pause);
    pause = std::min(pause * 2, kLongestStartPause);
  }
}

void Worker::record_names(const Verdict& verdict) {
  if (verdict.names.empty()) {
    return;
  }
  const std::function<bool(Inventory&)> add = [&](Inventory& inventory) {
    inventory.add_identity(setup_.run_id, verdict.names);
    return true;
  };
  try {
    // The same names again change nothing.
    inventory_.keep_trying<bool>(
        boot_now() + kNamesPatience, add, [](Inventory&) { return std::optional<bool>(); });
  } catch (const Error& error) {
    log::warn(std::string("the command's names are not in the ledger: ") + error.what());
  }
}

std::optional<Worker::Held> Worker::conclude(const Held& held, const Verdict& verdict) {
  if (!verdict.release) {
    log::error(name_of(held.batch) + verdict.told +
               "; its command was stopped and nothing is recorded");
    observe_released(held.batch, verdict, Outcome::lost, false);
    state_.end_iteration(held.batch, RunState::Result::failed, verdict.status);
    return std::nullopt;
  }
  try {
    // Only a success leaves no question whether the run goes on.
    const bool succeeded = verdict.release->status == ReleaseRequest::Status::succeeded;
    if (succeeded && !setup_.stop.requested() && !setup_.throttle->is_needed() &&
        state_.reserve_iteration()) {
      return hand_over(held, verdict);
    }
    tell(release(held, *verdict.release), verdict);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::lease_lost) {
      observe_released(held.batch, verdict, outcome_of(held.batch, verdict), false);
      throw;
    }
    log::error(std::string(error.what()) + "; the result is not recorded");
    observe_released(held.batch, verdict, Outcome::lost, false);
    state_.end_iteration(held.batch, RunState::Result::failed, kExitFailure);
  }
  return std::nullopt;
}

std::optional<Worker::Held> Worker::hand_over(const Held& held, const Verdict& verdict) {
  const AcquireOptions options = next_options();
  auto asked_at = boot_now();
  const std::function<Handed(Inventory&)> work = [&](Inventory& inventory) {
    asked_at = boot_now();
    return inventory.release_and_acquire(held.batch, *verdict.release, options);
  };
  const auto after_doubt = [&](Inventory& inventory) {
    // The same release again changes nothing, and the next batch is ours if its token is.
    Handed handed{inventory.release(held.batch.id, held.batch.token, *verdict.release), {}};
    if (auto batch =
            inventory.find_held(setup_.options.job, setup_.options.window, options.token)) {
      handed.next = Acquired{std::move(batch), {}, {}, false};
    }
    return std::optional<Handed>(std::move(handed));
  };
  Handed handed;
  try {
    handed = keep_releasing<Handed>(held, *verdict.release, work, after_doubt);
  } catch (const Error&) {
    state_.give_back_iteration();
    throw;
  }
  tell(handed.released, verdict);
  auto next = handed.next ? take_up(*handed.next, asked_at) : std::nullopt;
  if (!next) {
    state_.give_back_iteration();
  }
  return next;
}

void Worker::tell(const Batch& after, const Verdict& verdict) {
  const Outcome outcome = outcome_of(after, verdict);
  const RunState::Result result = RunState::result_of(outcome);
  observe_released(after, verdict, outcome, true);
  const bool stopped = verdict.release->status == ReleaseRequest::Status::returned;
  const std::string then = after.exhausted                       ? "; no attempts are left"
                           : after.superseded                    ? "; it is split into two halves"
                           : after.skipped                       ? "; skipped by the failure policy"
                           : after.status == BatchStatus::failed ? "; it can be tried again"
                           : after.status == BatchStatus::planned ? "; it goes back"
                                                                  : "";
  if (result == RunState::Result::failed) {
    log::error(name_of(after) + verdict.told + then);
  } else {
    log::info(name_of(after) + verdict.told + then);
  }
  if (after.status != BatchStatus::succeeded) {
    state_.add_done(verdict.items.done, verdict.items.done_weight);
  }
  // A stop is the run's end, not this iteration's failure.
  state_.end_iteration(after, result, after.skipped || stopped ? 0 : verdict.status);
  if (verdict.release->status == ReleaseRequest::Status::not_started) {
    state_.end(verdict.status);
  }
}

Batch Worker::release(const Held& held, const ReleaseRequest& request) {
  // The same release again changes nothing, so one whose outcome is unknown is simply repeated.
  return keep_releasing<Batch>(
      held,
      request,
      [&](Inventory& inventory) {
        return inventory.release(held.batch.id, held.batch.token, request);
      },
      [](Inventory&) { return std::optional<Batch>(); });
}

template <typename Result>
Result Worker::keep_releasing(const Held& held,
                              const ReleaseRequest& request,
                              const std::function<Result(Inventory&)>& work,
                              const std::function<std::optional<Result>(Inventory&)>& in_doubt) {
  try {
    return inventory_.keep_trying<Result>(held.until, work, in_doubt);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::lease_lost) {
      throw;
    }
    throw Error(error.code(),
                "the end of batch " + std::to_string(held.batch.id) +
                    " could not be recorded: " + error.what() +
                    "; once the database answers, run: " + release_command(held.batch, request));
  }
}

}  // namespace tranche::runner
