#include "sql/sql_store_transaction.hpp"

#include "tranche/error.hpp"

#include <limits>

namespace tranche::sql {

namespace {

constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();
// By which the database's clock may have been set between a run's start or end and its acquires.
constexpr auto kClockSlack = std::chrono::minutes(1);
// Of a batch whose keys come along with a page of the ledger.
constexpr std::int64_t kFewKeys = 4096;

/// The lowest key that an inclusive bound lets through; no bytes: every key.
Blob behind(const std::optional<Key>& key) {
  // Nothing lies between a key and itself with a NUL behind it.
  return Blob{key ? key->bytes() + '\0' : std::string()};
}

/// The statement whose index finds what the filter asks for.
std::string_view listing_of(const BatchFilter& filter) {
  if (!filter.run_id.empty()) {
    return "list_batches_of_run";
  }
  if (filter.slowest) {
    return "list_batches_slowest";
  }
  switch (filter.status.value_or(BatchStatus::succeeded)) {
    case BatchStatus::planned:
    case BatchStatus::processing:
      return "list_batches_open";
    case BatchStatus::failed:
    case BatchStatus::cancelled:
      return filter.since ? "list_batches_unsuccessful_since" : "list_batches_unsuccessful";
    case BatchStatus::succeeded:
      break;
  }
  return filter.since ? "list_batches_since" : "list_batches";
}

}  // namespace

void SqlStoreTransaction::list_batches(const BatchFilter& filter,
                                       const std::function<void(const Batch&)>& each) {
  Params params = {
      filter.job_id,
      filter.window_id == 0 ? Param() : Param(filter.window_id),
      filter.status ? Param(std::string(to_string(*filter.status))) : Param(),
      filter.since ? Param(std::int64_t{filter.since->time_since_epoch().count()}) : Param(),
      filter.limit == 0 ? kNoLimit : filter.limit,
      filter.version_id == 0 ? Param() : Param(filter.version_id),
      std::int64_t{filter.exhausted ? 1 : 0}};
  if (!filter.run_id.empty()) {
    const auto run = find_run(filter.run_id);
    params.emplace_back(filter.run_id);
    params.push_back(run ? param(run->started_at - kClockSlack) : Param());
    params.push_back(run ? param(run->ended_at.value_or(now()) + kClockSlack) : Param());
  } else if (filter.slowest) {
    params.push_back(clock());
  }
  const auto rows = connection_.query(store_.queries_[listing_of(filter)], params);
  while (rows->next()) {
    each(read_batch(*rows).batch);
  }
}

std::vector<StoredBatch> SqlStoreTransaction::open_batches(std::int64_t window_id) {
  return all("open_batches", {window_id}, read_batch);
}

std::vector<StoredBatch> SqlStoreTransaction::batches_around(std::int64_t job_id, const Key& key) {
  return all("batches_around", {job_id, Blob{key.bytes()}}, read_batch);
}

std::vector<Attempt> SqlStoreTransaction::list_attempts(std::int64_t batch_id) {
  return all("list_attempts", {batch_id}, [](const Rows& rows) {
    RowReader row(rows);
    return read_attempt(row);
  });
}

std::vector<AttemptTotals> SqlStoreTransaction::attempt_totals() {
  Params bounds;
  for (const Duration bound : kDurationBounds) {
    bounds.emplace_back(std::int64_t{bound.count()});
  }
  return all("attempt_totals", bounds, [](const Rows& rows) {
    RowReader row(rows);
    AttemptTotals totals;
    totals.job = row.text();
    totals.window = row.text();
    totals.outcome = outcome_from_string(row.text());
    totals.attempts = row.integer();
    totals.seconds = static_cast<double>(row.integer()) / 1000;
    for (std::int64_t& within : totals.within) {
      within = row.integer();
    }
    return totals;
  });
}

std::vector<std::int64_t> SqlStoreTransaction::list_children(std::int64_t batch_id) {
  return all("list_children", {batch_id}, [](const Rows& rows) { return rows.integer(0); });
}

std::string SqlStoreTransaction::read_key_part(std::int64_t batch_id,
                                               std::int64_t part,
                                               bool last) {
  const auto read = [](const Rows& rows) { return rows.blob(0); };
  const auto keys = last ? one("read_last_key_part", {batch_id}, read)
                         : one("read_key_part", {batch_id, part}, read);
  if (!keys) {
    throw Error(
        ErrorCode::internal,
        "batch " + std::to_string(batch_id) + " has no key set part " + std::to_string(part));
  }
  return *keys;
}

std::vector<LedgerBatch> SqlStoreTransaction::ledger_batches(std::int64_t window_id,
                                                             int generation,
                                                             const std::optional<Key>& after,
                                                             const Key& to,
                                                             std::int64_t limit) {
  return all("ledger_batches",
             {window_id, param(generation), behind(after), Blob{to.bytes()}, limit, kFewKeys},
             [](const Rows& rows) {
               return LedgerBatch{read_batch(rows), rows.maybe_blob(kBatchColumns)};
             });
}

std::vector<LedgerRange> SqlStoreTransaction::ledger_ranges(std::int64_t window_id,
                                                            int generation,
                                                            const std::optional<Key>& after,
                                                            const Key& to,
                                                            std::int64_t limit) {
  return all("ledger_ranges",
             {window_id, param(generation), behind(after), Blob{to.bytes()}, limit},
             [type = to.type()](const Rows& rows) {
               RowReader row(rows);
               LedgerRange range{*row.maybe_key(type), *row.maybe_key(type), row.maybe_key(type)};
               range.succeeded = row.flag();
               range.half = row.flag();
               return range;
             });
}

std::vector<StoredBatch> SqlStoreTransaction::live_stragglers(std::int64_t window_id,
                                                              const std::optional<Key>& from,
                                                              const Key& to) {
  const Blob lowest{from ? from->bytes() : std::string()};
  return all("live_stragglers", {window_id, lowest, Blob{to.bytes()}}, read_batch);
}

std::int64_t SqlStoreTransaction::newest_range(std::int64_t window_id) {
  return integer_of("newest_range", {window_id}).value_or(0);
}

std::optional<Key> SqlStoreTransaction::lowest_range_since(std::int64_t window_id,
                                                           std::int64_t batch_id,
                                                           KeyType type) {
  return one("lowest_range_since", {window_id, batch_id}, [type](const Rows& rows) {
    return Key::from_bytes(type, rows.blob(0));
  });
}

std::int64_t SqlStoreTransaction::exhausted_assets(std::int64_t window_id) {
  return *integer_of("exhausted_assets", {window_id});
}

ClosedTotals SqlStoreTransaction::closed_totals(std::int64_t window_id) {
  return *one("closed_totals", {window_id}, [](const Rows& rows) {
    RowReader row(rows);
    ClosedTotals totals;
    totals.count = row.integer();
    totals.weight = row.real();
    totals.given_up_count = row.integer();
    totals.given_up_weight = row.real();
    return totals;
  });
}
OpenTotals SqlStoreTransaction::open_totals(std::int64_t window_id, KeyType type) {
  return *one("open_totals", {clock(), window_id}, [type](const Rows& rows) {
    RowReader row(rows);
    OpenTotals totals;
    totals.count = row.integer();
    totals.weight = row.real();
    totals.first_key = row.maybe_key(type);
    totals.last_key = row.maybe_key(type);
    totals.processing = row.integer();
    totals.failed = row.integer();
    totals.exhausted = row.integer();
    totals.cancelled = row.integer();
    totals.due = row.integer();
    return totals;
  });
}

bool SqlStoreTransaction::has_batches(std::int64_t job_id) {
  return *integer_of("has_batches", {job_id}) != 0;
}

}  // namespace tranche::sql
