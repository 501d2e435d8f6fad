#include "inventory/acquisition.hpp"

namespace tranche {

namespace {

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

bool fits(const StoredBatch& planned, std::int64_t version_id, const Limits& limits) {
  const Batch& batch = planned.batch;
  // What is planned ahead has no target: each range tells how large the next one may be.
  return batch.version_id == version_id && !limits.target_duration &&
         (!limits.max_count || batch.count <= *limits.max_count) &&
         (!limits.max_weight || batch.count == 1 || batch.weight <= *limits.max_weight);
}

void Inventory::Impl::take_back_planned(StoreTransaction& transaction,
                                        Window& window,
                                        KeyType type) {
  if (const auto first = transaction.take_back_planned(window, type)) {
    window.frontier = first->frontier;
    transaction.move_frontier(window.id, window.frontier, 0);
  }
}

std::optional<Batch> Inventory::Impl::Acquisition::take_stored(StoreTransaction& transaction,
                                                               bool retries) {
  ahead().looked_at = std::chrono::steady_clock::now();
  // Whoever wants no new range wants none that was planned either.
  const DueBatches wanted{retries, options_.retry != RetryMode::only, window_.newest_first};
  while (auto stored = transaction.take_due_batch(window_id_, job_.definition.key_type, wanted)) {
    // The policy of now, not of the version that the range was cut with.
    if (stored->current_version_id != job_.version_id) {
      remember(impl_.job_of_version(transaction, stored->current_version_id));
      if (!counted_ && cap()) {
        throw Error(ErrorCode::busy, "job '" + name_ + "' has a cap by now; it is looked at again");
      }
    }
    if (stored->ahead && !took_back_ && !is_of_use(*stored)) {
      outdated_ = true;
      others_ = stored->ahead->limits != limits_;
      return std::nullopt;
    }
    if (auto batch = stored->ahead && !is_of_use(*stored) ? take_remnant(transaction, *stored)
                                                          : take(transaction, *stored)) {
      return batch;
    }
  }
  return std::nullopt;
}

std::optional<Batch> Inventory::Impl::Acquisition::take(StoreTransaction& transaction,
                                                        const StoredBatch& stored) {
  const int max_attempts = job_.definition.max_attempts;
  const int attempt = stored.batch.attempt;
  const bool lost = stored.batch.status == BatchStatus::processing;
  if (attempt >= max_attempts && stored.batch.status != BatchStatus::planned) {
    if (lost) {
      impl_.lose_last_attempt(transaction, stored, job_);
    } else {
      transaction.set_batch_state(stored.batch.id, BatchStatus::failed, true, attempt, false);
    }
    return std::nullopt;
  }
  if (lost) {
    transaction.end_attempt(stored, lost_for_now(stored));
  }
  if (stored.ahead) {
    ahead().taken(stored.batch);
  }
  return transaction.claim_batch(stored, attempt + 1, max_attempts, claim_);
}

bool Inventory::Impl::Acquisition::is_of_use(const StoredBatch& planned) const {
  return !planned.ahead->stale && planned.batch.version_id == job_.version_id &&
         planned.ahead->limits == limits_;
}

std::optional<Batch> Inventory::Impl::Acquisition::take_remnant(StoreTransaction& transaction,
                                                                const StoredBatch& stored) {
  const Window window = impl_.need_window(transaction, job_, options_.window);
  const Limits limits = limits_for(options_, window, job_);
  if (fits(stored, job_.version_id, limits)) {
    return take(transaction, stored);
  }
  transaction.delete_batch(stored.batch.id);
  Source& source = impl_.source_of(job_);
  const auto reading = source.begin(kLockedTimeout);
  // Planned ranges have one part.
  const auto no_part = [](const std::string&) {};
  const Room room(limits, size_plan(window, limits));
  Cut first = Cutter(source, room, nullptr, no_part)
                  .cut({std::nullopt, stored.batch.first_key}, *stored.batch.last_key);
  if (first.count == 0) {
    return std::nullopt;
  }
  Cut rest = Cutter(source, {}, nullptr, no_part)
                 .cut({first.scanned_to, std::nullopt}, *stored.batch.last_key);
  NewBatch made = range_of(window, first);
  Batch batch = store(transaction, window, made);
  if (rest.count > 0) {
    NewBatch left = range_of(window, rest);
    left.ahead = PlannedAhead{first.last_key, stored.ahead->limits};
    transaction.insert_planned({left});
  }
  return batch;
}

}  // namespace tranche
