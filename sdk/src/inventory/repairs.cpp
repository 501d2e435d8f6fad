#include "inventory/impl.hpp"
#include "inventory/straggler.hpp"

#include <algorithm>

namespace tranche {

namespace {

std::string described(const Batch& batch) {
  return "batch " + std::to_string(batch.id) + " of job '" + batch.job + "'";
}

void check_retryable(const StoredBatch& stored, const std::string& job) {
  const Batch& batch = stored.batch;
  const auto refuse = [&](const std::string& why) {
    throw Error(ErrorCode::refused, described(batch) + " " + why);
  };
  if (batch.job != job) {
    refuse("does not belong to job '" + job + "'");
  }
  if (batch.superseded || stored.superseded_from) {
    refuse("was superseded: other batches hold its assets now");
  }
  if (batch.status == BatchStatus::processing) {
    refuse("is being processed; wait for its end, or cancel it first");
  }
  if (batch.status == BatchStatus::succeeded) {
    refuse("has succeeded; to process its assets again, create a campaign over its keys");
  }
}

/// Until no more appear: a batch that was being split when we waited for it has left its halves.
std::vector<StoredBatch> lock_batches_from(StoreTransaction& transaction,
                                           std::int64_t window_id,
                                           const Key& from) {
  std::vector<StoredBatch> batches = transaction.batches_from(window_id, from);
  const auto ids = [](const std::vector<StoredBatch>& some) {
    std::vector<std::int64_t> made;
    for (const StoredBatch& stored : some) {
      made.push_back(stored.batch.id);
    }
    return made;
  };
  while (true) {
    std::vector<StoredBatch> again = transaction.batches_from(window_id, from);
    if (ids(again) == ids(batches)) {
      return again;
    }
    batches = std::move(again);
  }
}

}  // namespace

std::vector<Batch> Inventory::retry(const std::string& job,
                                    const std::vector<std::int64_t>& batch_ids) {
  return impl_->writing([&](StoreTransaction& transaction) {
    transaction.tell_followers(impl_->need_job(transaction, job).id);
    std::vector<Batch> changed;
    for (const std::int64_t id : batch_ids) {
      const StoredBatch stored = impl_->need_batch(transaction.lock_batch(id), id);
      check_retryable(stored, job);
      // What was planned ahead is available, and may yet be cut otherwise.
      if (!stored.ahead) {
        transaction.set_batch_state(id, BatchStatus::planned, false, 0, true);
      }
      changed.push_back(impl_->need_batch(transaction.find_batch(id), id).batch);
    }
    return changed;
  });
}

std::vector<Batch> Inventory::retry_all_failed(const std::string& job_name,
                                               const std::string& window) {
  return impl_->writing([&](StoreTransaction& transaction) {
    const Job job = impl_->need_job(transaction, job_name);
    BatchFilter failed;
    failed.job_id = job.id;
    failed.window_id = window.empty() ? 0 : impl_->need_window(transaction, job, window).id;
    failed.status = BatchStatus::failed;
    std::vector<std::int64_t> ids;
    transaction.list_batches(failed, [&](const Batch& batch) { ids.push_back(batch.id); });
    std::vector<Batch> changed;
    for (const std::int64_t id : ids) {
      const auto stored = transaction.lock_batch(id);
      // Somebody may have taken it since it was listed.
      if (stored && stored->batch.status == BatchStatus::failed && !stored->superseded_from) {
        transaction.set_batch_state(id, BatchStatus::planned, false, 0, true);
        changed.push_back(impl_->need_batch(transaction.find_batch(id), id).batch);
      }
    }
    transaction.tell_followers(job.id);
    // As they will be handed out.
    std::sort(changed.begin(), changed.end(), [](const Batch& a, const Batch& b) {
      return *a.first_key < *b.first_key;
    });
    return changed;
  });
}

std::vector<Batch> Inventory::cancel(const std::vector<std::int64_t>& batch_ids) {
  return impl_->writing([&](StoreTransaction& transaction) {
    std::vector<Batch> changed;
    for (const std::int64_t id : batch_ids) {
      const StoredBatch stored = impl_->need_batch(transaction.lock_batch(id), id);
      const Batch& batch = stored.batch;
      if (batch.status == BatchStatus::succeeded) {
        throw Error(
            ErrorCode::refused,
            described(batch) +
                " has succeeded; only batches planned, processing or failed can be cancelled");
      }
      if (batch.status == BatchStatus::processing) {
        AttemptEnd end;
        end.status = BatchStatus::cancelled;
        end.attempt = batch.attempt;
        end.outcome = Outcome::cancelled;
        end.message = "cancelled by an operator";
        transaction.end_attempt(stored, end);
        impl_->tell_of_room(transaction, batch);
      } else if (batch.status != BatchStatus::cancelled) {
        transaction.set_batch_state(id, BatchStatus::cancelled, false, batch.attempt, false);
      }
      changed.push_back(impl_->need_batch(transaction.find_batch(id), id).batch);
    }
    return changed;
  });
}

void Inventory::Impl::keep_before(StoreTransaction& transaction,
                                  const StoredBatch& stored,
                                  const Key& key) {
  const Batch& batch = stored.batch;
  StragglerBuilder kept;
  Source& source = source_of(job_of(transaction, batch));
  walk_assets(keys_in(transaction, batch), source, batch, [&](const Asset& asset) {
    if (asset.key < key) {
      kept.add(asset);
    }
  });
  if (kept.empty()) {
    return;
  }
  NewBatch made = kept.finish();
  made.window_id = batch.window_id;
  made.version_id = batch.version_id;
  made.generation = stored.generation;
  made.parent_id = batch.id;
  made.max_attempts = batch.max_attempts;
  const Batch child = transaction.insert_batch(made, nullptr);
  if (batch.status != BatchStatus::planned) {
    transaction.set_batch_state(
        child.id, batch.status, batch.exhausted, batch.attempt, batch.available_at.has_value());
  }
}

std::int64_t Inventory::reset(const std::string& job_name, const std::string& to_key) {
  return impl_->writing([&](StoreTransaction& transaction) {
    const Job job = impl_->need_job(transaction, job_name);
    const KeyType type = job.definition.key_type;
    Key key = Key::parse(type, to_key);
    const Window window = impl_->need_window(transaction, job, std::string(kIncremental));
    auto locked = transaction.lock_window(window.id, type);
    if (locked) {
      Impl::take_back_planned(transaction, locked->window, type);
    }
    const std::vector<StoredBatch> behind = lock_batches_from(transaction, window.id, key);
    for (const StoredBatch& stored : behind) {
      if (stored.batch.status == BatchStatus::processing) {
        throw Error(ErrorCode::refused,
                    described(stored.batch) + " (keys " + stored.batch.first_key->text() + " to " +
                        stored.batch.last_key->text() +
                        ") is being processed; wait for its end, or cancel it first");
      }
      // A range that no success has closed is handed out again from its first key: none of its
      // assets may fall between. A straggler batch is no range: it keeps what lies before the key.
      if (stored.batch.status != BatchStatus::succeeded && !stored.batch.straggler &&
          *stored.batch.first_key < key) {
        key = *stored.batch.first_key;
      }
    }
    const Position now = next_position(locked->window);
    const bool forward = now.after ? key > *now.after : now.from ? key > *now.from : true;
    if (forward && behind.empty()) {
      throw Error(ErrorCode::refused,
                  "the window of job '" + job_name + "' stands at " +
                      (now.after  ? "key " + now.after->text()
                       : now.from ? "key " + now.from->text()
                                  : "its beginning") +
                      ", and --to-key " + to_key +
                      " lies ahead of it; reset only goes back. To begin later, define the job "
                      "with --start-key");
    }
    for (const StoredBatch& stored : behind) {
      if (stored.batch.straggler && stored.batch.status != BatchStatus::succeeded &&
          *stored.batch.first_key < key) {
        impl_->keep_before(transaction, stored, key);
      }
    }
    transaction.supersede_from(window.id, key);
    // Late assets behind ranges that were planned ahead, and are taken back now, are none to go
    // back for.
    if (!forward) {
      transaction.rewind_window(window.id, key);
    }
    transaction.tell_followers(window.job_id);
    return static_cast<std::int64_t>(behind.size());
  });
}

}  // namespace tranche
