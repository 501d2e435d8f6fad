#include "inventory/impl.hpp"
#include "inventory/lease.hpp"

namespace tranche {

namespace {

/// One call of acquire: the state that its steps share.
struct Acquire {
  const AcquireOptions& options;
  Job job;
  std::int64_t window_id = 0;
  Claim claim;
};

/// Empty: ranges can be handed out.
std::string why_closed(const Window& window, const Job& job, bool job_paused) {
  if (job_paused) {
    return "job '" + job.name + "' is paused; 'tranche job resume " + job.name + "' goes on";
  }
  if (window.state == WindowState::active) {
    return {};
  }
  const bool campaign = window.kind == WindowKind::campaign;
  const std::string name =
      (campaign ? "campaign '" + window.name + "'" : "the incremental window") + " of job '" +
      job.name + "'";
  if (window.state == WindowState::cancelled) {
    return name + " is cancelled";
  }
  const std::string reason = window.state_reason.empty() ? "" : " (" + window.state_reason + ")";
  const std::string resume =
      campaign ? "campaign resume " + window.name + " --job " + job.name : "job resume " + job.name;
  return name + " is paused" + reason + "; 'tranche " + resume + "' goes on";
}

void check_lease(Duration lease) {
  if (lease < kShortestLease) {
    throw Error(ErrorCode::usage,
                "a lease of " + format_duration(lease) + " is too short; accepted is at least " +
                    format_duration(kShortestLease));
  }
}

void adopt(Acquire& call, const Job& job) {
  call.job = job;
  call.claim.lease =
      call.options.lease.value_or(job.definition.lease.value_or(call.options.default_lease));
}

AttemptEnd lost_for_now(const StoredBatch& stored) {
  AttemptEnd end;
  end.status = BatchStatus::failed;
  end.attempt = stored.batch.attempt;
  end.outcome = Outcome::lost;
  end.available_after = Duration::zero();
  end.message = "the lease ended without a release";
  return end;
}

}  // namespace

Acquired Inventory::acquire(const std::string& name, const AcquireOptions& options) {
  Impl& impl = *impl_;
  if (options.lease) {
    check_lease(*options.lease);
  }
  Claim claim;
  claim.token = options.token.empty() ? random_token() : options.token;
  claim.run_id = options.run_id;

  // Takes the oldest batch that failed, was given back or lost its holder.
  const auto take_stored =
      [&](StoreTransaction& transaction, Acquire& call, bool retries) -> std::optional<Batch> {
    while (auto stored =
               transaction.take_due_batch(call.window_id, call.job.definition.key_type, retries)) {
      // The policy of now, not of the version that the range was cut with.
      if (stored->current_version_id != call.job.version_id) {
        adopt(call, impl.job_of_version(transaction, stored->current_version_id));
        impl.jobs.insert_or_assign(name, call.job);
      }
      const int max_attempts = call.job.definition.max_attempts;
      const int attempt = stored->batch.attempt;
      const bool lost = stored->batch.status == BatchStatus::processing;
      if (attempt >= max_attempts && stored->batch.status != BatchStatus::planned) {
        if (lost) {
          impl.lose_last_attempt(transaction, *stored, call.job);
        } else {
          transaction.set_batch_state(stored->batch.id, BatchStatus::failed, true, attempt, false);
        }
        continue;
      }
      if (lost) {
        transaction.end_attempt(*stored, lost_for_now(*stored));
      }
      return transaction.claim_batch(*stored, attempt + 1, max_attempts, call.claim);
    }
    return std::nullopt;
  };

  // What the inventory says now: the job may be another one of the same name.
  const auto look_again = [&](StoreTransaction& transaction, Acquire& call) {
    impl.jobs.erase(name);
    adopt(call, impl.need_job(transaction, name));
    impl.jobs.insert_or_assign(name, call.job);
    const Window window = impl.need_window(transaction, call.job, options.window);
    call.window_id = window.id;
    impl.window_ids[{call.job.id, window.name}] = window.id;
    return window;
  };

  const auto cut_new = [&](StoreTransaction& transaction, Acquire& call, Acquired& result) {
    auto locked = transaction.lock_window(call.window_id, call.job.definition.key_type);
    if (!locked || locked->version_id != call.job.version_id) {
      look_again(transaction, call);
      locked = transaction.lock_window(call.window_id, call.job.definition.key_type);
    }
    if (!locked || locked->version_id != call.job.version_id) {
      throw Error(ErrorCode::busy, "job '" + name + "' is being changed by somebody else");
    }
    result.note = why_closed(locked->window, call.job, locked->job_paused);
    if (!result.note.empty()) {
      return;
    }
    const Window& window = locked->window;
    Source& source = impl.source_of(call.job);
    const auto reading = source.begin(kScanTimeout);
    const Position position = next_position(window);
    const auto look = [&] {
      return impl.look_at_horizon(transaction, call.job, window, Inventory::Impl::Record::yes);
    };
    std::optional<Key> to = impl.known_horizon(call.job, window);
    const bool known = reaches(position, to);
    to = known ? to : look();
    if (!reaches(position, to)) {
      result.note = impl.why_unsettled(call.job, window);
      return;
    }
    NewBatch made;
    int parts = 0;
    if (options.sink != nullptr) {
      options.sink->begin();
    }
    Cutter cutter(source,
                  Impl::limits_for(options, window, call.job),
                  options.sink,
                  [&](const std::string& part) {
                    made.id = made.id == 0 ? transaction.reserve_batch_id() : made.id;
                    transaction.insert_batch_keys(made.id, parts++, part);
                  });
    Cut cut = cutter.cut(position, *to, known ? Cutter::Further(look) : nullptr);
    if (cut.count == 0) {
      result.note = impl.why_unsettled(call.job, window);
      transaction.move_frontier(window.id, *cut.scanned_to);
      return;
    }
    made.window_id = window.id;
    made.version_id = call.job.version_id;
    made.generation = window.generation;
    made.first_key = cut.first_key;
    made.last_key = cut.last_key;
    made.count = cut.count;
    made.weight = cut.weight;
    made.digest = cut.digest;
    made.last_part = std::move(cut.last_part);
    made.max_attempts = call.job.definition.max_attempts;
    made.frontier = cut.scanned_to;
    Batch batch = transaction.insert_batch(made, &call.claim);
    batch.first_key = made.first_key;
    batch.last_key = made.last_key;
    batch.count = made.count;
    batch.weight = made.weight;
    batch.token = claim.token;
    batch.run_id = claim.run_id;
    name_origin(batch, call.job, window);
    result.batch = std::move(batch);
    result.sink_filled = options.sink != nullptr;
  };

  return impl.writing([&](StoreTransaction& transaction) {
    Acquired result;
    auto known = impl.jobs.find(name);
    if (known == impl.jobs.end()) {
      known = impl.jobs.emplace(name, impl.need_job(transaction, name)).first;
    }
    Acquire call{options, {}, 0, claim};
    adopt(call, known->second);
    auto& window_id = impl.window_ids[{call.job.id, options.window}];
    if (window_id == 0) {
      window_id = impl.need_window(transaction, call.job, options.window).id;
    }
    call.window_id = window_id;
    // Refused before anything is locked.
    Impl::limits_for(options, Window{}, call.job);
    const bool retries_first =
        options.retry == RetryMode::first || options.retry == RetryMode::only;
    result.batch = take_stored(transaction, call, retries_first);
    if (!result.batch && options.retry != RetryMode::only) {
      cut_new(transaction, call, result);
    }
    if (!result.batch && options.retry == RetryMode::last) {
      result.batch = take_stored(transaction, call, true);
    }
    if (!result.batch && options.retry == RetryMode::only) {
      const Window window = look_again(transaction, call);
      result.note = why_closed(window, call.job, call.job.paused);
    }
    result.lease = call.claim.lease;
    return result;
  });
}

std::optional<Batch> Inventory::find_held(const std::string& job_name,
                                          const std::string& window_name,
                                          const std::string& token) {
  return impl_->reading([&](StoreTransaction& transaction) -> std::optional<Batch> {
    const Job job = impl_->need_job(transaction, job_name);
    const Window window = impl_->need_window(transaction, job, window_name);
    for (StoredBatch& stored : transaction.open_batches(window.id)) {
      if (stored.batch.token == token && stored.batch.status == BatchStatus::processing) {
        return std::move(stored.batch);
      }
    }
    return std::nullopt;
  });
}

TimePoint Inventory::heartbeat(std::int64_t batch_id,
                               const std::string& token,
                               std::optional<Duration> lease) {
  if (lease) {
    check_lease(*lease);
  }
  return impl_->writing([&](StoreTransaction& transaction) {
    const auto end = transaction.extend_lease(batch_id, token, lease);
    if (!end) {
      const StoredBatch stored = impl_->need_batch(transaction.find_batch(batch_id), batch_id);
      throw Error(ErrorCode::lease_lost, describe_lost(stored, token));
    }
    return *end;
  });
}

}  // namespace tranche
