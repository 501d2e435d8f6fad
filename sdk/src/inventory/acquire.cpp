#include "inventory/impl.hpp"
#include "inventory/lease.hpp"

namespace tranche {

namespace {

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

/// One call of acquire, which may run twice: a transaction that the database refused begins anew.
class Inventory::Impl::Acquisition {
 public:
  Acquisition(Impl& impl, const std::string& name, const AcquireOptions& options)
      : impl_(impl), name_(name), options_(options) {
    if (options.lease) {
      check_lease(*options.lease);
    }
    claim_.token = options.token.empty() ? random_token() : options.token;
    claim_.run_id = options.run_id;
  }

  Acquired run(StoreTransaction& transaction);

 private:
  void begin(StoreTransaction& transaction);
  void adopt(const Job& job);
  /// What the inventory says now: the job may be another one of the same name.
  Window look_again(StoreTransaction& transaction);
  /// Takes the oldest batch that failed, was given back or lost its holder.
  std::optional<Batch> take_stored(StoreTransaction& transaction, bool retries);
  LockedWindow lock_window(StoreTransaction& transaction);
  void cut_new(StoreTransaction& transaction, Acquired& result);
  void cut(StoreTransaction& transaction, const Window& window, Acquired& result);
  Batch store(StoreTransaction& transaction, const Window& window, NewBatch& made, Cut& cut);

  Impl& impl_;
  const std::string& name_;
  const AcquireOptions& options_;
  Claim claim_;
  Job job_;
  std::int64_t window_id_ = 0;
};

Acquired Inventory::Impl::Acquisition::run(StoreTransaction& transaction) {
  Acquired result;
  begin(transaction);
  const RetryMode retry = options_.retry;
  result.batch = take_stored(transaction, retry == RetryMode::first || retry == RetryMode::only);
  if (!result.batch && retry != RetryMode::only) {
    cut_new(transaction, result);
  }
  if (!result.batch && retry == RetryMode::last) {
    result.batch = take_stored(transaction, true);
  }
  if (!result.batch && retry == RetryMode::only) {
    const Window window = look_again(transaction);
    result.note = why_closed(window, job_, job_.paused);
  }
  result.lease = claim_.lease;
  return result;
}

void Inventory::Impl::Acquisition::begin(StoreTransaction& transaction) {
  auto known = impl_.jobs.find(name_);
  if (known == impl_.jobs.end()) {
    known = impl_.jobs.emplace(name_, impl_.need_job(transaction, name_)).first;
  }
  adopt(known->second);
  auto& window_id = impl_.window_ids[{job_.id, options_.window}];
  if (window_id == 0) {
    window_id = impl_.need_window(transaction, job_, options_.window).id;
  }
  window_id_ = window_id;
  // Refused before anything is locked.
  limits_for(options_, Window{}, job_);
}

void Inventory::Impl::Acquisition::adopt(const Job& job) {
  job_ = job;
  claim_.lease = options_.lease.value_or(job.definition.lease.value_or(options_.default_lease));
}

Window Inventory::Impl::Acquisition::look_again(StoreTransaction& transaction) {
  impl_.jobs.erase(name_);
  adopt(impl_.need_job(transaction, name_));
  impl_.jobs.insert_or_assign(name_, job_);
  Window window = impl_.need_window(transaction, job_, options_.window);
  window_id_ = window.id;
  impl_.window_ids[{job_.id, window.name}] = window.id;
  return window;
}

std::optional<Batch> Inventory::Impl::Acquisition::take_stored(StoreTransaction& transaction,
                                                               bool retries) {
  while (auto stored = transaction.take_due_batch(window_id_, job_.definition.key_type, retries)) {
    // The policy of now, not of the version that the range was cut with.
    if (stored->current_version_id != job_.version_id) {
      adopt(impl_.job_of_version(transaction, stored->current_version_id));
      impl_.jobs.insert_or_assign(name_, job_);
    }
    const int max_attempts = job_.definition.max_attempts;
    const int attempt = stored->batch.attempt;
    const bool lost = stored->batch.status == BatchStatus::processing;
    if (attempt >= max_attempts && stored->batch.status != BatchStatus::planned) {
      if (lost) {
        impl_.lose_last_attempt(transaction, *stored, job_);
      } else {
        transaction.set_batch_state(stored->batch.id, BatchStatus::failed, true, attempt, false);
      }
      continue;
    }
    if (lost) {
      transaction.end_attempt(*stored, lost_for_now(*stored));
    }
    return transaction.claim_batch(*stored, attempt + 1, max_attempts, claim_);
  }
  return std::nullopt;
}

LockedWindow Inventory::Impl::Acquisition::lock_window(StoreTransaction& transaction) {
  auto locked = transaction.lock_window(window_id_, job_.definition.key_type);
  if (!locked || locked->version_id != job_.version_id) {
    look_again(transaction);
    locked = transaction.lock_window(window_id_, job_.definition.key_type);
  }
  if (!locked || locked->version_id != job_.version_id) {
    throw Error(ErrorCode::busy, "job '" + name_ + "' is being changed by somebody else");
  }
  return std::move(*locked);
}

void Inventory::Impl::Acquisition::cut_new(StoreTransaction& transaction, Acquired& result) {
  const LockedWindow locked = lock_window(transaction);
  result.note = why_closed(locked.window, job_, locked.job_paused);
  if (result.note.empty()) {
    cut(transaction, locked.window, result);
  }
}

void Inventory::Impl::Acquisition::cut(StoreTransaction& transaction,
                                       const Window& window,
                                       Acquired& result) {
  Source& source = impl_.source_of(job_);
  const auto reading = source.begin(kScanTimeout);
  const Position position = next_position(window);
  const auto look = [&] { return impl_.look_at_horizon(transaction, job_, window, Record::yes); };
  std::optional<Key> to = impl_.known_horizon(job_, window);
  const bool known = reaches(position, to);
  to = known ? to : look();
  if (!reaches(position, to)) {
    result.note = impl_.why_unsettled(job_, window);
    return;
  }
  NewBatch made;
  int parts = 0;
  if (options_.sink != nullptr) {
    options_.sink->begin();
  }
  const Limits limits = limits_for(options_, window, job_);
  Cutter cutter(source, limits, options_.sink, [&](const std::string& part) {
    made.id = made.id == 0 ? transaction.reserve_batch_id() : made.id;
    transaction.insert_batch_keys(made.id, parts++, part);
  });
  Cut range = cutter.cut(position, *to, known ? Cutter::Further(look) : nullptr);
  if (range.count == 0) {
    result.note = impl_.why_unsettled(job_, window);
    transaction.move_frontier(window.id, *range.scanned_to);
    return;
  }
  result.batch = store(transaction, window, made, range);
  result.sink_filled = options_.sink != nullptr;
}

Batch Inventory::Impl::Acquisition::store(StoreTransaction& transaction,
                                          const Window& window,
                                          NewBatch& made,
                                          Cut& cut) {
  made.window_id = window.id;
  made.version_id = job_.version_id;
  made.generation = window.generation;
  made.first_key = cut.first_key;
  made.last_key = cut.last_key;
  made.count = cut.count;
  made.weight = cut.weight;
  made.digest = cut.digest;
  made.last_part = std::move(cut.last_part);
  made.max_attempts = job_.definition.max_attempts;
  made.frontier = cut.scanned_to;
  Batch batch = transaction.insert_batch(made, &claim_);
  batch.first_key = made.first_key;
  batch.last_key = made.last_key;
  batch.count = made.count;
  batch.weight = made.weight;
  batch.token = claim_.token;
  batch.run_id = claim_.run_id;
  name_origin(batch, job_, window);
  return batch;
}

Acquired Inventory::acquire(const std::string& name, const AcquireOptions& options) {
  Impl::Acquisition acquisition(*impl_, name, options);
  return impl_->writing(
      [&](StoreTransaction& transaction) { return acquisition.run(transaction); });
}

Handed Inventory::release_and_acquire(const Batch& held,
                                      const ReleaseRequest& request,
                                      const AcquireOptions& options) {
  Impl::Acquisition acquisition(*impl_, held.job, options);
  Handed handed;
  try {
    impl_->writing([&](StoreTransaction& transaction) {
      handed.released = impl_->end_held(transaction, held, request);
      handed.next = acquisition.run(transaction);
    });
  } catch (const Error& error) {
    if (error.action() == ErrorAction::inspect || error.code() == ErrorCode::unreachable) {
      throw;
    }
    // Whatever the acquire ran into, the release counts.
    handed.released = release(held.id, held.token, request);
    handed.next.reset();
  }
  return handed;
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
