#include "support/memory_transaction.hpp"

namespace tranche::test {

Unfinished MemoryTransaction::find_unfinished(std::int64_t window_id, bool newest_first) {
  Unfinished found;
  std::vector<StoredBatch> open = open_batches(window_id);
  if (newest_first) {
    std::reverse(open.begin(), open.end());
  }
  for (const StoredBatch& stored : open) {
    const Batch& batch = stored.batch;
    const bool due = *batch.available_at <= now();
    if (found.next == 0) {
      found.next = batch.id;
      found.due = due;
    }
    if (batch.status == BatchStatus::processing && !due) {
      found.held = batch.id;
    }
  }
  for (const auto& [id, row] : state_.batches) {
    const Batch& batch = row.stored.batch;
    if (batch.window_id == window_id && batch.status == BatchStatus::failed && batch.exhausted &&
        !row.stored.superseded_from) {
      found.given_up = id;
    }
  }
  return found;
}

std::optional<StoredBatch> MemoryTransaction::take_due_batch(std::int64_t window_id,
                                                             KeyType,
                                                             const DueBatches& wanted) {
  if (!state_.windows.contains(window_id)) {
    return std::nullopt;
  }
  const Window& window = state_.windows.at(window_id);
  if (window.state != WindowState::active || state_.jobs.at(window.job_id).paused) {
    return std::nullopt;
  }
  std::vector<StoredBatch> open = open_batches(window_id);
  if (wanted.newest_first) {
    std::reverse(open.begin(), open.end());
  }
  for (StoredBatch& stored : open) {
    const Batch& batch = stored.batch;
    if (*batch.available_at <= now() && (wanted.retries || batch.status == BatchStatus::planned) &&
        (wanted.ahead || !stored.ahead)) {
      if (stored.ahead) {
        stored.ahead->stale = state_.batches.at(batch.id).created_at < now() - kPlansHold;
      }
      return std::move(stored);
    }
  }
  return std::nullopt;
}

std::int64_t MemoryTransaction::count_live(std::int64_t window_id) {
  const auto open = open_batches(window_id);
  return std::count_if(open.begin(), open.end(), [&](const StoredBatch& stored) {
    return stored.batch.status == BatchStatus::processing && *stored.batch.available_at > now();
  });
}

void MemoryTransaction::insert_batch_keys(std::int64_t batch_id,
                                          int part,
                                          const std::string& keys) {
  state_.parts[{batch_id, part}] = keys;
}

Batch MemoryTransaction::insert_batch(const NewBatch& made, const Claim* claim) {
  MemoryState::BatchRow row;
  Batch& batch = row.stored.batch;
  batch.id = made.id == 0 ? reserve_batch_id() : made.id;
  batch.window_id = made.window_id;
  batch.version_id = made.version_id;
  batch.parent_id = made.parent_id;
  batch.first_key = made.first_key;
  batch.last_key = made.last_key;
  batch.count = made.count;
  batch.weight = made.weight;
  batch.max_attempts = made.max_attempts;
  batch.straggler = made.straggler;
  batch.size_reason = made.size_reason;
  batch.available_at = TimePoint();
  row.stored.generation = made.generation;
  row.stored.digest = made.digest;
  row.stored.ahead = made.ahead;
  row.last_part = made.last_part;
  row.created_at = now();
  if (claim != nullptr) {
    hold(row.stored, 1, *claim);
  }
  if (made.frontier) {
    move_frontier(made.window_id, made.frontier, made.leads);
  }
  state_.batches[batch.id] = row;
  return batch;
}

std::int64_t MemoryTransaction::count_planned(std::int64_t window_id) {
  const auto open = open_batches(window_id);
  return std::count_if(
      open.begin(), open.end(), [](const StoredBatch& stored) { return stored.ahead.has_value(); });
}

std::optional<PlannedAhead> MemoryTransaction::take_back_planned(const Window& window, KeyType) {
  const auto is_open = [&](const StoredBatch& stored) {
    return stored.ahead && stored.batch.available_at;
  };
  std::optional<Key> newest;
  for (const auto& [id, row] : state_.batches) {
    if (is_cut(row.stored.batch, window.id) && row.stored.generation == window.generation &&
        !is_open(row.stored)) {
      newest = newest ? std::max(*newest, *row.stored.batch.first_key) : row.stored.batch.first_key;
    }
  }
  std::optional<PlannedAhead> first;
  for (const StoredBatch& stored : open_batches(window.id)) {
    if (is_open(stored) && stored.generation == window.generation &&
        (!newest || *newest < *stored.batch.first_key)) {
      first = first ? first : stored.ahead;
      delete_batch(stored.batch.id);
    }
  }
  return first;
}

Batch MemoryTransaction::claim_batch(const StoredBatch& stored,
                                     int attempt,
                                     int max_attempts,
                                     const Claim& claim) {
  StoredBatch& row = row_of(stored.batch.id);
  hold(row, attempt, claim);
  row.batch.max_attempts = max_attempts;
  row.batch.released_at.reset();
  row.batch.exit_code.reset();
  row.batch.message.clear();
  row.batch.outputs.clear();
  return with_names(row).batch;
}

std::optional<StoredBatch> MemoryTransaction::lock_batch(std::int64_t batch_id) {
  return find_batch(batch_id);
}

std::optional<StoredBatch> MemoryTransaction::find_batch(std::int64_t batch_id) {
  const auto found = state_.batches.find(batch_id);
  return found == state_.batches.end() ? std::nullopt
                                       : std::optional(with_names(found->second.stored));
}

std::optional<TimePoint> MemoryTransaction::extend_lease(std::int64_t batch_id,
                                                         std::string_view token,
                                                         std::optional<Duration> lease) {
  const auto found = state_.batches.find(batch_id);
  if (found == state_.batches.end()) {
    return std::nullopt;
  }
  StoredBatch& row = found->second.stored;
  if (row.batch.token != token || row.batch.status != BatchStatus::processing) {
    return std::nullopt;
  }
  row.batch.available_at = now() + lease.value_or(row.lease);
  return row.batch.available_at;
}

void MemoryTransaction::end_attempt(const StoredBatch& stored, const AttemptEnd& end) {
  Batch& batch = row_of(stored.batch.id).batch;
  Attempt attempt;
  attempt.attempt = batch.attempt;
  attempt.run_id = batch.run_id;
  attempt.started_at = batch.acquired_at.value_or(TimePoint());
  attempt.ended_at = now();
  attempt.outcome = end.outcome;
  attempt.exit_code = end.exit_code;
  attempt.signal = end.signal;
  attempt.message = end.message;
  attempt.outputs = end.outputs;
  state_.attempts.push_back({batch.id, attempt, ++state_.last_attempt});
  batch.status = end.status;
  batch.exhausted = end.exhausted;
  batch.skipped = end.skipped;
  if (end.superseded) {
    row_of(batch.id).superseded_from = batch.first_key;
  }
  batch.attempt = end.attempt;
  batch.available_at.reset();
  if (end.available_after) {
    batch.available_at = now() + *end.available_after;
  }
  batch.released_at = now();
  batch.exit_code = end.exit_code;
  batch.message = end.message;
  batch.outputs = end.outputs;
}

StoredBatch MemoryTransaction::insert_done(const StoredBatch& parent, const NewBatch& done) {
  NewBatch made = done;
  made.window_id = parent.batch.window_id;
  made.version_id = parent.batch.version_id;
  made.generation = parent.generation;
  made.parent_id = parent.batch.id;
  made.max_attempts = parent.batch.max_attempts;
  const std::int64_t id = insert_batch(made, nullptr).id;
  Batch& batch = row_of(id).batch;
  const Batch& whole = row_of(parent.batch.id).batch;
  batch.status = BatchStatus::processing;
  batch.attempt = whole.attempt;
  batch.run_id = whole.run_id;
  batch.acquired_at = whole.acquired_at;
  return row_of(id);
}

void MemoryTransaction::shrink_batch(std::int64_t batch_id,
                                     const NewBatch& left,
                                     std::int64_t done_count) {
  StoredBatch& row = row_of(batch_id);
  row.batch.count = left.count;
  row.batch.weight = left.weight;
  row.batch.done_count = done_count;
  row.digest = left.digest;
  state_.batches.at(batch_id).last_part = left.last_part;
  delete_batch_keys(batch_id);
}

void MemoryTransaction::set_batch_state(
    std::int64_t batch_id, BatchStatus status, bool exhausted, int attempt, bool available) {
  Batch& batch = row_of(batch_id).batch;
  batch.status = status;
  batch.exhausted = exhausted;
  batch.attempt = attempt;
  batch.available_at = available ? std::optional(now()) : std::nullopt;
  row_of(batch_id).ahead.reset();
}

void MemoryTransaction::supersede_from(std::int64_t window_id, const Key& from) {
  for (auto& [id, row] : state_.batches) {
    Batch& batch = row.stored.batch;
    if (batch.window_id == window_id && lives_from(row.stored, from)) {
      row.stored.superseded_from = std::max(*batch.first_key, from);
      batch.available_at.reset();
      const bool open = batch.status == BatchStatus::planned || batch.status == BatchStatus::failed;
      batch.status = open ? BatchStatus::cancelled : batch.status;
    }
  }
}

std::vector<StoredBatch> MemoryTransaction::batches_from(std::int64_t window_id, const Key& from) {
  return batches_where([&](const StoredBatch& stored) {
    return stored.batch.window_id == window_id && lives_from(stored, from);
  });
}

}  // namespace tranche::test
