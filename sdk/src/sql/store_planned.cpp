#include "sql/hex.hpp"
#include "sql/sql_store_transaction.hpp"

#include <nlohmann/json.hpp>

namespace tranche::sql {

namespace {

// Whose it is the caller knows.
Batch read_taken(const Rows& rows, const PlannedClaim& next) {
  RowReader row(rows, 2);
  Batch batch;
  batch.id = row.integer();
  batch.first_key = row.maybe_key(next.key_type);
  batch.last_key = row.maybe_key(next.key_type);
  batch.count = row.integer();
  batch.weight = row.real();
  batch.acquired_at = row.maybe_time();
  batch.available_at = row.maybe_time();
  batch.status = BatchStatus::processing;
  batch.attempt = 1;
  batch.token = next.claim.token;
  batch.run_id = next.claim.run_id;
  return batch;
}

Batch read_ended(RowReader& row, const Batch& held, const AttemptEnd& end) {
  Batch batch = held;
  batch.available_at.reset();
  batch.released_at = row.time();
  batch.superseded = row.flag();
  batch.status = end.status;
  batch.exit_code = end.exit_code;
  batch.message = end.message;
  batch.outputs = end.outputs;
  return batch;
}

}  // namespace

template <typename ReadEnded>
std::optional<Batch> SqlStoreTransaction::take_planned(Params held,
                                                       const PlannedClaim& next,
                                                       const ReadEnded& read_ended_one) {
  Params params{clock()};
  params.insert(params.end(), held.begin(), held.end());
  for (const Param& value : {Param(next.window_id),
                             param(next.retries),
                             Param(next.version_id),
                             Param(std::int64_t{kPlansHold.count()}),
                             param(next.max_attempts),
                             Param(next.claim.token),
                             Param(next.claim.run_id),
                             Param(std::int64_t{next.claim.lease.count()}),
                             Param(Blob{next.after ? next.after->bytes() : std::string()}),
                             Param(next.limits)}) {
    params.push_back(value);
  }
  const auto rows = connection_.query(store_.queries_["hand_over"], params);
  rows->next();
  if (!rows->is_null(0)) {
    RowReader ended(*rows);
    read_ended_one(ended);
  }
  return rows->is_null(2) ? std::nullopt : std::optional(read_taken(*rows, next));
}

void SqlStoreTransaction::insert_planned(const std::vector<NewBatch>& batches) {
  if (!postgres()) {
    StoreTransaction::insert_planned(batches);
    return;
  }
  auto list = nlohmann::json::array();
  for (const NewBatch& batch : batches) {
    list.push_back({{"generation", batch.generation},
                    {"first_key", to_hex(batch.first_key->bytes())},
                    {"last_key", to_hex(batch.last_key->bytes())},
                    {"count", batch.count},
                    {"weight", batch.weight},
                    {"digest", static_cast<std::int64_t>(batch.digest)},
                    {"keys", to_hex(batch.last_part)},
                    {"max_attempts", batch.max_attempts},
                    {"planned_after", to_hex(ahead_bytes(*batch.ahead))}});
  }
  execute("insert_planned",
          {clock(),
           batches.front().window_id,
           batches.front().version_id,
           list.dump(),
           batches.front().ahead->limits});
}

std::int64_t SqlStoreTransaction::count_planned(std::int64_t window_id) {
  return *integer_of("count_planned", {window_id});
}

std::optional<PlannedAhead> SqlStoreTransaction::take_back_planned(const Window& window,
                                                                   KeyType type) {
  Params params{window.id, param(window.generation)};
  if (postgres()) {
    const auto free = one("lock_planned", {window.id}, [](const Rows& rows) {
      return rows.is_null(0) ? std::nullopt : std::optional(rows.text(0));
    });
    if (!*free) {
      return std::nullopt;
    }
    params.emplace_back(**free);
  }
  const auto first = one("first_planned", params, [type](const Rows& rows) {
    RowReader row(rows);
    return *read_ahead(row, type);
  });
  if (first) {
    execute("delete_planned", params);
  }
  return first;
}

std::optional<Batch> SqlStoreTransaction::end_held_attempt(const Batch& held,
                                                           const AttemptEnd& end) {
  if (!postgres()) {
    // Without round trips to save, the long way is as good.
    return std::nullopt;
  }
  const Params params = {
      clock(), held.id, held.token, param(end.exit_code), end.message, outputs_json(end.outputs)};
  return one("end_held", params, [&](const Rows& rows) {
    RowReader row(rows);
    return read_ended(row, held, end);
  });
}

std::optional<HandedOver> SqlStoreTransaction::hand_over(const Batch& held,
                                                         const AttemptEnd& end,
                                                         const PlannedClaim& next) {
  if (!postgres()) {
    return std::nullopt;
  }
  std::optional<HandedOver> handed;
  auto taken = take_planned(
      {held.id, held.token, param(end.exit_code), end.message, outputs_json(end.outputs)},
      next,
      [&](RowReader& row) { handed = HandedOver{read_ended(row, held, end), {}}; });
  if (handed) {
    handed->taken = std::move(taken);
  }
  return handed;
}

std::optional<Batch> SqlStoreTransaction::take_planned(const PlannedClaim& next) {
  if (!postgres()) {
    return std::nullopt;
  }
  return take_planned({Param(), Param(), Param(), Param(), Param()}, next, [](RowReader&) {});
}

}  // namespace tranche::sql
