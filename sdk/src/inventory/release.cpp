#include "inventory/failure_budget.hpp"
#include "inventory/impl.hpp"
#include "inventory/lease.hpp"
#include "register/utf8.hpp"

#include "tranche/exit_policy.hpp"

#include <algorithm>
#include <csignal>

namespace tranche {

namespace {

using Status = ReleaseRequest::Status;

std::string_view name_of(Status status) {
  switch (status) {
    case Status::succeeded:
      return "succeeded";
    case Status::failed:
      return "failed";
    case Status::returned:
      return "returned";
    case Status::not_started:
      break;
  }
  return "not started";
}

bool same_status(Status status, Outcome outcome) {
  switch (outcome) {
    case Outcome::succeeded:
      return status == Status::succeeded;
    case Outcome::returned:
    case Outcome::not_started:
      return status == Status::returned || status == Status::not_started;
    case Outcome::failed:
    case Outcome::timeout:
    case Outcome::snoozed:
    case Outcome::skipped:
    case Outcome::split:
      return status == Status::failed;
    case Outcome::lost:
    case Outcome::cancelled:
      break;
  }
  return false;
}

AttemptEnd given_back(const StoredBatch& stored, Status status) {
  AttemptEnd end;
  end.status = BatchStatus::planned;
  end.attempt = std::max(0, stored.batch.attempt - 1);
  end.available_after = Duration::zero();
  end.outcome = status == Status::returned ? Outcome::returned : Outcome::not_started;
  return end;
}

AttemptEnd for_good(const StoredBatch& stored, Outcome outcome) {
  AttemptEnd end;
  end.status = BatchStatus::failed;
  end.exhausted = true;
  end.attempt = stored.batch.attempt;
  end.outcome = outcome;
  return end;
}

/// The batch after an action of the failure policy; `halt` and `split` have more to do around it.
AttemptEnd apply(const ExitAction& action,
                 const StoredBatch& stored,
                 const JobDefinition& job,
                 Outcome outcome) {
  AttemptEnd end = for_good(stored, outcome);
  switch (action.kind) {
    case ExitAction::Kind::retry:
      end.exhausted = stored.batch.attempt >= job.max_attempts;
      if (!end.exhausted) {
        end.available_after = retry_delay(job, stored.batch.id, stored.batch.attempt);
      }
      break;
    case ExitAction::Kind::halt:
      // Whoever resumes the window finds it retryable, even after its last attempt.
      end.exhausted = false;
      end.attempt = std::min(stored.batch.attempt, job.max_attempts - 1);
      end.available_after = Duration::zero();
      break;
    case ExitAction::Kind::fail:
      break;
    case ExitAction::Kind::skip:
      end.status = BatchStatus::succeeded;
      end.exhausted = false;
      end.skipped = true;
      end.outcome = Outcome::skipped;
      break;
    case ExitAction::Kind::snooze:
      end.exhausted = false;
      end.attempt = std::max(0, stored.batch.attempt - 1);
      end.available_after = action.delay;
      end.outcome = Outcome::snoozed;
      break;
    case ExitAction::Kind::split:
      if (stored.batch.count > 1) {
        end.status = BatchStatus::cancelled;
        end.exhausted = false;
        end.superseded = true;
        end.outcome = Outcome::split;
      }
      break;
  }
  return end;
}

// What a command printed is any bytes, and a release must not fail on them.
std::string storable(const std::string& text) {
  return is_utf8(text) && text.find('\0') == std::string::npos ? text : printable(text);
}

/// What the command left, as it is stored.
void copy_result(const ReleaseRequest& request, AttemptEnd& end) {
  end.exit_code = request.exit_code;
  end.signal = request.signal;
  end.message = storable(request.message);
  for (const auto& [key, value] : request.outputs) {
    end.outputs.insert_or_assign(storable(key), storable(value));
  }
}

ExitAction decide(const ReleaseRequest& request,
                  const StoredBatch& stored,
                  const JobDefinition& job) {
  const ExitPolicy policy = ExitPolicy::parse(job.on_exit);
  const ExitAction action = policy.match({request.exit_code, request.signal, request.timed_out});
  const bool last =
      action.kind == ExitAction::Kind::retry && stored.batch.attempt >= job.max_attempts;
  return last ? policy.exhausted().value_or(action) : action;
}

}  // namespace

std::string describe_lost(const StoredBatch& stored, std::string_view token) {
  const Batch& batch = stored.batch;
  const std::string name = "batch " + std::to_string(batch.id);
  if (batch.token != token) {
    if (batch.status == BatchStatus::processing) {
      return name +
             " is held by somebody else: the lease of this token ended and the batch was taken "
             "over (attempt " +
             std::to_string(batch.attempt) + " is running)";
    }
    return "the token does not hold " + name + ", which is " +
           std::string(to_string(batch.status)) + "; give the lease_token that acquire printed";
  }
  if (batch.status == BatchStatus::cancelled) {
    return name + " was cancelled";
  }
  return name + " is not being processed: it is " + std::string(to_string(batch.status)) +
         " since its release";
}

Batch Inventory::Impl::release(StoreTransaction& transaction,
                               std::int64_t batch_id,
                               const std::string& token,
                               const ReleaseRequest& request) {
  StoredBatch stored = need_batch(transaction.lock_batch(batch_id), batch_id);
  const Batch held = stored.batch;
  if (token.empty() || stored.batch.token != token) {
    throw Error(ErrorCode::lease_lost, describe_lost(stored, token));
  }
  if (stored.batch.status != BatchStatus::processing) {
    const std::vector<Attempt> attempts = transaction.list_attempts(batch_id);
    const auto outcome = attempts.empty() ? std::nullopt : attempts.back().outcome;
    if (outcome && same_status(request.status, *outcome)) {
      return stored.batch;
    }
    // Nobody took it over: a late release of the last attempt still counts.
    const bool late = outcome == Outcome::lost && stored.batch.status == BatchStatus::failed &&
                      !stored.batch.superseded;
    if (outcome == Outcome::cancelled) {
      throw Error(ErrorCode::lease_lost, describe_lost(stored, token));
    }
    if (!late) {
      throw Error(ErrorCode::lease_lost,
                  "batch " + std::to_string(batch_id) + " was released already, as " +
                      (outcome ? std::string(to_string(*outcome)) : "nothing") +
                      "; it cannot become " + std::string(name_of(request.status)));
    }
  }
  AttemptEnd end;
  ExitAction action;
  if (request.status == Status::succeeded) {
    end.attempt = stored.batch.attempt;
  } else if (request.status == Status::failed) {
    const Job job = job_of_version(transaction, stored.current_version_id);
    action = decide(request, stored, job.definition);
    end = apply(
        action, stored, job.definition, request.timed_out ? Outcome::timeout : Outcome::failed);
  } else {
    end = given_back(stored, request.status);
  }
  if (!request.done_keys.empty() && end.status != BatchStatus::succeeded) {
    Source& source = source_of(job_of(transaction, stored.batch));
    if (!set_aside(transaction, source, request, stored)) {
      end = {};
      end.attempt = stored.batch.attempt;
      action = {};
    }
  }
  copy_result(request, end);
  Batch ended = end_attempt(transaction, stored, end, action);
  learn(transaction, held, ended, request);
  return ended;
}

Batch Inventory::release(std::int64_t batch_id,
                         const std::string& token,
                         const ReleaseRequest& request) {
  return impl_->writing([&](StoreTransaction& transaction) {
    return impl_->release(transaction, batch_id, token, request);
  });
}

AttemptEnd Inventory::Impl::success_of(const Batch& held, const ReleaseRequest& request) {
  AttemptEnd end;
  end.attempt = held.attempt;
  copy_result(request, end);
  return end;
}

Batch Inventory::Impl::end_held(StoreTransaction& transaction,
                                const Batch& held,
                                const ReleaseRequest& request) {
  if (request.status == Status::succeeded) {
    if (auto ended = transaction.end_held_attempt(held, success_of(held, request))) {
      tell_of_room(transaction, *ended);
      learn(transaction, held, *ended, request);
      return std::move(*ended);
    }
  }
  return release(transaction, held.id, held.token, request);
}

void Inventory::Impl::learn(StoreTransaction& transaction,
                            const Batch& held,
                            const Batch& ended,
                            const ReleaseRequest& request) {
  // Late, after its lease: nobody knows how long it took.
  if (held.size_reason.empty() || held.status != BatchStatus::processing) {
    return;
  }
  constexpr int kKilled = 137;
  const bool killed = request.exit_code == kKilled || request.signal == SIGKILL;
  const bool too_large = request.status == Status::failed && (killed || request.timed_out);
  if (!too_large && request.status != Status::succeeded) {
    return;
  }
  auto locked = transaction.lock_window(held.window_id, held.first_key->type());
  if (!locked) {
    return;
  }
  Sizer sizer = Sizer::parse(locked->window.learned);
  const double seconds =
      std::chrono::duration<double>(*ended.released_at - *held.acquired_at).count();
  if (too_large) {
    sizer.too_large(
        held.count, held.weight, request.timed_out ? std::optional<double>(seconds) : std::nullopt);
  } else {
    sizer.succeeded(held.count, held.weight, seconds);
  }
  transaction.write_learned(held.window_id, sizer.text());
}

std::optional<SizePlan> Inventory::Impl::size_plan(const Window& window, const Limits& limits) {
  return limits.target_duration
             ? std::optional(Sizer::parse(window.learned).plan(*limits.target_duration))
             : std::nullopt;
}

void Inventory::Impl::tell_of_room(StoreTransaction& transaction, const Batch& ended) {
  auto job = jobs.find(ended.job);
  if (job == jobs.end()) {
    job = jobs.emplace(ended.job, need_job(transaction, ended.job)).first;
  }
  auto& window = windows[{job->second.id, ended.window}];
  if (window.id == 0) {
    window = known_part(need_window(transaction, job->second, ended.window));
  }
  if (window.max_in_flight || job->second.definition.max_in_flight) {
    transaction.tell_followers(ended.job_id);
  }
}

Batch Inventory::Impl::end_attempt(StoreTransaction& transaction,
                                   const StoredBatch& stored,
                                   const AttemptEnd& end,
                                   const ExitAction& action) {
  Batch ended = transaction.end_attempt_of(stored, end);
  if (end.outcome == Outcome::split) {
    split(transaction, stored);
  }
  if (end.outcome == Outcome::split ||
      (end.available_after == Duration::zero() && action.kind != ExitAction::Kind::halt)) {
    transaction.tell_followers(stored.batch.job_id);
  }
  if (end.exhausted) {
    spend_budget(transaction, ended);
  }
  tell_of_room(transaction, ended);
  if (action.kind == ExitAction::Kind::halt) {
    transaction.set_window_state(stored.batch.window_id,
                                 WindowState::paused,
                                 "halted by batch " + std::to_string(stored.batch.id));
  }
  return ended;
}

void Inventory::Impl::lose_last_attempt(StoreTransaction& transaction,
                                        const StoredBatch& stored,
                                        const Job& job) {
  const ExitAction action = ExitPolicy::parse(job.definition.on_exit)
                                .exhausted()
                                .value_or(ExitAction{ExitAction::Kind::fail, {}});
  AttemptEnd end = apply(action, stored, job.definition, Outcome::lost);
  end.message = "the lease ended without a release, on the last attempt";
  end_attempt(transaction, stored, end, action);
}

}  // namespace tranche
