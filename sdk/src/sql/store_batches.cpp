#include "sql/sql_store_transaction.hpp"

namespace tranche::sql {

void SqlStoreTransaction::read_claim(Batch& batch, std::string_view name, const Params& params) {
  read_changed(name, params, [&](RowReader& row) {
    batch.id = row.integer();
    batch.acquired_at = row.maybe_time();
    batch.available_at = row.maybe_time();
  });
}

std::optional<StoredBatch> SqlStoreTransaction::take_due_batch(std::int64_t window_id,
                                                               KeyType,
                                                               const DueBatches& wanted) {
  return one(wanted.newest_first ? "take_newest_due_batch" : "take_due_batch",
             {clock(),
              window_id,
              param(wanted.retries),
              param(wanted.ahead),
              std::int64_t{kPlansHold.count()}},
             [](const Rows& rows) {
               StoredBatch stored = read_batch(rows);
               if (stored.ahead) {
                 stored.ahead->stale = rows.integer(kBatchColumns) != 0;
               }
               return stored;
             });
}

std::int64_t SqlStoreTransaction::count_live(std::int64_t window_id) {
  return *integer_of("count_live", {clock(), window_id});
}

Unfinished SqlStoreTransaction::find_unfinished(std::int64_t window_id, bool newest_first) {
  return *one(newest_first ? "find_newest_unfinished" : "find_unfinished",
              {clock(), window_id},
              [](const Rows& rows) {
                RowReader row(rows);
                Unfinished found;
                found.next = row.maybe_integer().value_or(0);
                found.due = row.maybe_integer().value_or(0) != 0;
                found.held = row.maybe_integer().value_or(0);
                found.given_up = row.maybe_integer().value_or(0);
                return found;
              });
}

std::int64_t SqlStoreTransaction::reserve_batch_id() {
  return *integer_of("reserve_batch_id", {});
}

void SqlStoreTransaction::insert_batch_keys(std::int64_t batch_id,
                                            int part,
                                            const std::string& keys) {
  execute("insert_batch_keys", {batch_id, param(part), Blob{keys}});
}

void SqlStoreTransaction::delete_batch_keys(std::int64_t batch_id) {
  execute("delete_batch_keys", {batch_id});
}

Batch SqlStoreTransaction::insert_batch(const NewBatch& batch, const Claim* claim) {
  Params params = {clock(),
                   batch.id == 0 ? Param() : Param(batch.id),
                   batch.window_id,
                   batch.version_id,
                   param(batch.generation),
                   param(batch.parent_id),
                   param(batch.first_key),
                   param(batch.last_key),
                   batch.count,
                   batch.weight,
                   static_cast<std::int64_t>(batch.digest),
                   Blob{batch.last_part},
                   param(batch.max_attempts),
                   claim == nullptr ? std::string() : claim->token,
                   claim == nullptr ? std::string() : claim->run_id,
                   claim == nullptr ? std::int64_t{0} : std::int64_t{claim->lease.count()}};
  // PostgreSQL moves the frontier in the same round trip.
  if (postgres()) {
    params.push_back(param(batch.frontier));
  } else if (batch.frontier) {
    move_frontier(batch.window_id, batch.frontier, batch.leads);
  }
  params.emplace_back(std::string(batch.straggler ? "items" : "range"));
  if (postgres()) {
    params.push_back(param(batch.leads));
  }
  params.push_back(batch.ahead ? Param(Blob{ahead_bytes(*batch.ahead)}) : Param());
  params.push_back(batch.ahead ? Param(batch.ahead->limits) : Param());
  params.emplace_back(batch.size_reason);
  Batch made;
  made.status = claim == nullptr ? BatchStatus::planned : BatchStatus::processing;
  made.attempt = claim == nullptr ? 0 : 1;
  read_claim(made, "insert_batch", params);
  return made;
}

void SqlStoreTransaction::delete_batch(std::int64_t batch_id) {
  execute("delete_batch", {batch_id});
}

Batch SqlStoreTransaction::claim_batch(const StoredBatch& stored,
                                       int attempt,
                                       int max_attempts,
                                       const Claim& claim) {
  Batch batch = stored.batch;
  read_claim(batch,
             "claim_batch",
             {clock(),
              batch.id,
              param(attempt),
              param(max_attempts),
              claim.token,
              claim.run_id,
              std::int64_t{claim.lease.count()}});
  batch.status = BatchStatus::processing;
  batch.attempt = attempt;
  batch.max_attempts = max_attempts;
  batch.token = claim.token;
  batch.run_id = claim.run_id;
  batch.released_at.reset();
  batch.exit_code.reset();
  batch.message.clear();
  batch.outputs.clear();
  return batch;
}

std::optional<StoredBatch> SqlStoreTransaction::lock_batch(std::int64_t batch_id) {
  return one("lock_batch", {batch_id}, read_batch);
}

std::optional<StoredBatch> SqlStoreTransaction::find_batch(std::int64_t batch_id) {
  return one("find_batch", {batch_id}, read_batch);
}

std::int64_t SqlStoreTransaction::lock_unfinished_batches(std::int64_t window_id) {
  return *integer_of("lock_unfinished_batches", {window_id});
}

std::optional<TimePoint> SqlStoreTransaction::extend_lease(std::int64_t batch_id,
                                                           std::string_view token,
                                                           std::optional<Duration> lease) {
  const auto end = integer_of("extend_lease",
                              {clock(),
                               batch_id,
                               std::string(token),
                               lease ? Param(std::int64_t{lease->count()}) : Param()});
  return end ? std::optional(TimePoint(std::chrono::milliseconds(*end))) : std::nullopt;
}

void SqlStoreTransaction::end_attempt(const StoredBatch& stored, const AttemptEnd& end) {
  end_attempt_of(stored, end);
}

Batch SqlStoreTransaction::end_attempt_of(const StoredBatch& stored, const AttemptEnd& end) {
  Batch batch = stored.batch;
  const std::string outcome(to_string(end.outcome));
  const std::string outputs = outputs_json(end.outputs);
  // The attempt's end and the batch's release are one moment.
  const Param at = postgres() ? clock() : Param(*integer_of("now", {clock()}));
  Params params = {
      at,
      batch.id,
      std::string(to_string(end.status)),
      param(end.exhausted),
      param(end.skipped),
      param(end.superseded),
      param(end.attempt),
      end.available_after ? Param(std::int64_t{end.available_after->count()}) : Param(),
      param(end.exit_code),
      end.message,
      outputs};
  // PostgreSQL records the attempt in the same round trip.
  if (postgres()) {
    params.emplace_back(outcome);
    params.push_back(param(end.signal));
  } else {
    execute("insert_attempt",
            {at, batch.id, outcome, param(end.exit_code), param(end.signal), end.message, outputs});
  }
  read_changed("end_batch", params, [&](RowReader& row) {
    batch.available_at = row.maybe_time();
    batch.released_at = row.maybe_time();
  });
  batch.status = end.status;
  batch.exhausted = end.exhausted;
  batch.skipped = end.skipped;
  batch.superseded = batch.superseded || end.superseded;
  batch.attempt = end.attempt;
  batch.exit_code = end.exit_code;
  batch.message = end.message;
  batch.outputs = end.outputs;
  return batch;
}

StoredBatch SqlStoreTransaction::insert_done(const StoredBatch& parent, const NewBatch& done) {
  StoredBatch made;
  read_claim(made.batch,
             "insert_done",
             {clock(),
              parent.batch.id,
              param(done.first_key),
              param(done.last_key),
              done.count,
              done.weight,
              static_cast<std::int64_t>(done.digest),
              Blob{done.last_part}});
  return made;
}

void SqlStoreTransaction::shrink_batch(std::int64_t batch_id,
                                       const NewBatch& left,
                                       std::int64_t done_count) {
  delete_batch_keys(batch_id);
  execute("shrink_batch",
          {batch_id,
           Blob{left.last_part},
           left.count,
           left.weight,
           static_cast<std::int64_t>(left.digest),
           done_count});
}

void SqlStoreTransaction::set_batch_state(
    std::int64_t batch_id, BatchStatus status, bool exhausted, int attempt, bool available) {
  execute("set_batch_state",
          {clock(),
           batch_id,
           std::string(to_string(status)),
           param(exhausted),
           param(attempt),
           param(available)});
}

void SqlStoreTransaction::supersede_from(std::int64_t window_id, const Key& from) {
  execute("supersede_from", {window_id, Blob{from.bytes()}});
}

std::vector<StoredBatch> SqlStoreTransaction::batches_from(std::int64_t window_id,
                                                           const Key& from) {
  return all("batches_from", {window_id, Blob{from.bytes()}}, read_batch);
}

}  // namespace tranche::sql
