#include "loop/worker.hpp"

#include "exit_status.hpp"
#include "log.hpp"
#include "loop/run_ledger.hpp"

namespace tranche::runner {
namespace {

std::string name_of(const Batch& batch) {
  return "batch " + std::to_string(batch.id) + " ";
}

std::string what_comes_then(const Batch& after) {
  return after.exhausted                        ? "; no attempts are left"
         : after.superseded                     ? "; it is split into two halves"
         : after.skipped                        ? "; skipped by the failure policy"
         : after.status == BatchStatus::failed  ? "; it can be tried again"
         : after.status == BatchStatus::planned ? "; it goes back"
                                                : "";
}

}  // namespace

Worker::Worker(const WorkerSetup& setup, RunState& state)
    : setup_(setup),
      state_(state),
      inventory_(setup.open, setup.stop),
      heartbeat_(setup.open, setup.stop, setup.horizon),
      items_(setup.folder / ("items-" + std::to_string(setup.number)), setup.options.items_nul),
      announcer_(setup.observation),
      releaser_(setup.options, inventory_, announcer_),
      acquirer_(setup_, state, inventory_, items_, releaser_),
      attempter_(setup_, inventory_, items_, announcer_) {}

void Worker::run() {
  try {
    loop();
  } catch (const std::exception& error) {
    log::error(error.what());
    state_.end(kExitFailure);
  }
}

void Worker::loop() {
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
    auto held = acquirer_.acquire();
    if (held) {
      turn->charge(held->batch.weight);
    }
    turn.reset();
    if (held) {
      while (held) {
        held = process(*held, state_.number_iteration());
      }
      continue;
    }
    state_.give_back_iteration();
    if (acquirer_.is_unfinished()) {
      continue;
    }
    if (!setup_.options.follow) {
      return;
    }
    acquirer_.wait_for_more();
  }
}

std::optional<HeldBatch> Worker::process(HeldBatch& held, std::int64_t iteration) {
  const RunState::InFlight in_flight(state_, held.batch.id);
  Watch watch;
  watch.renew(held.asked_at, held.lease);
  Verdict verdict;
  try {
    const Heartbeat::Scope beating(heartbeat_, held.batch, held.lease, watch);
    verdict = attempter_.attempt(held, watch, iteration);
  } catch (const std::exception& error) {
    held.until = watch.deadline();
    releaser_.give_back(held, error.what());
    throw;
  }
  held.until = watch.deadline();
  auto next = conclude(held, verdict);
  add_names_in_ledger(inventory_, setup_.run_id, verdict.names);
  return next;
}

std::optional<HeldBatch> Worker::conclude(const HeldBatch& held, const Verdict& verdict) {
  if (!verdict.release) {
    const std::string why = name_of(held.batch) + verdict.told;
    tell_lost(held, verdict, why + "; its command was stopped and nothing is recorded");
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
    tell_end(releaser_.release(held, *verdict.release), verdict);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::lease_lost) {
      announcer_.released(held.batch, verdict, outcome_of(held.batch, verdict), false);
      throw;
    }
    tell_lost(held, verdict, std::string(error.what()) + "; the result is not recorded");
    state_.end_iteration(held.batch, RunState::Result::failed, kExitFailure);
  }
  return std::nullopt;
}

std::optional<HeldBatch> Worker::hand_over(const HeldBatch& held, const Verdict& verdict) {
  std::chrono::nanoseconds asked_at{};
  Handed handed;
  try {
    handed = releaser_.hand_over(held, *verdict.release, acquirer_.next_options(), asked_at);
  } catch (const Error&) {
    state_.give_back_iteration();
    throw;
  }
  tell_end(handed.released, verdict);
  auto next = handed.next ? acquirer_.take_up(*handed.next, asked_at) : std::nullopt;
  if (!next) {
    state_.give_back_iteration();
  }
  return next;
}

void Worker::tell_end(const Batch& after, const Verdict& verdict) {
  const Outcome outcome = outcome_of(after, verdict);
  const RunState::Result result = RunState::result_of(outcome);
  announcer_.released(after, verdict, outcome, true);
  const std::string line = name_of(after) + verdict.told + what_comes_then(after);
  if (result == RunState::Result::failed) {
    log::error(line);
  } else {
    log::info(line);
  }
  if (after.status != BatchStatus::succeeded) {
    state_.add_done(verdict.items.done, verdict.items.done_weight);
  }
  // A stop is the run's end, not this iteration's failure.
  const bool stopped = verdict.release->status == ReleaseRequest::Status::returned;
  state_.end_iteration(after, result, after.skipped || stopped ? 0 : verdict.status);
  if (verdict.release->status == ReleaseRequest::Status::not_started) {
    state_.end(verdict.status);
  }
}

void Worker::tell_lost(const HeldBatch& held, const Verdict& verdict, const std::string& why) {
  log::error(why);
  announcer_.released(held.batch, verdict, Outcome::lost, false);
}

}  // namespace tranche::runner
