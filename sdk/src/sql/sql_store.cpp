#include "sql/sql_store.hpp"

#include "sql/hex.hpp"
#include "sql/row_reader.hpp"

#include "tranche/definition.hpp"
#include "tranche/error.hpp"
#include "tranche/key_set.hpp"

#include <nlohmann/json.hpp>

#include <limits>

namespace tranche::sql {

extern const std::string_view inventory_sqlite;
#ifdef TRANCHE_POSTGRES
extern const std::string_view inventory_postgres;
#endif

namespace {

constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();
// By which the database's clock may have been set between a run's start or end and its acquires.
constexpr auto kClockSlack = std::chrono::minutes(1);
// Of a batch whose keys come along with a page of the ledger.
constexpr std::int64_t kFewKeys = 4096;
// What read_batch() reads.
constexpr int kBatchColumns = 36;

std::string outputs_json(const Outputs& outputs) {
  return nlohmann::json(outputs).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

template <typename Map>
Map map_from_json(const std::string& text) {
  return nlohmann::json::parse(text).get<Map>();
}

Job read_job(const Rows& rows) {
  RowReader row(rows);
  Job job;
  job.id = row.integer();
  job.name = row.text();
  job.paused = row.flag();
  job.version_id = row.integer();
  job.version = row.small();
  job.definition = definition_from_json(row.text(), true);
  job.created_at = row.time();
  job.updated_at = row.time();
  return job;
}

Window read_window(RowReader& row, KeyType type) {
  Window window;
  window.id = row.integer();
  window.job_id = row.integer();
  window.name = row.text();
  window.kind = row.text() == "campaign" ? WindowKind::campaign : WindowKind::incremental;
  const std::string state = row.text();
  window.state = state == "paused"      ? WindowState::paused
                 : state == "cancelled" ? WindowState::cancelled
                                        : WindowState::active;
  window.state_reason = row.text();
  window.lower = row.maybe_key(type);
  window.upper = row.maybe_key(type);
  window.frontier = row.maybe_key(type);
  window.generation = row.small();
  window.limits.max_count = row.maybe_integer();
  window.limits.max_weight = row.maybe_real();
  window.created_at = row.time();
  return window;
}

/// Stored as bytes; none stand for a window without a frontier.
std::optional<PlannedAhead> read_ahead(RowReader& row, KeyType type) {
  auto bytes = row.maybe_blob();
  if (!bytes) {
    return std::nullopt;
  }
  return PlannedAhead{
      bytes->empty() ? std::nullopt : std::optional(Key::from_bytes(type, std::move(*bytes))), {}};
}
std::string ahead_bytes(const PlannedAhead& ahead) {
  return ahead.frontier ? ahead.frontier->bytes() : std::string();
}

StoredBatch read_batch_from(const Rows& rows, int first) {
  RowReader row(rows, first);
  StoredBatch stored;
  Batch& batch = stored.batch;
  batch.id = row.integer();
  batch.window_id = row.integer();
  batch.job_id = row.integer();
  batch.version_id = row.integer();
  batch.job = row.text();
  batch.window = row.text();
  const KeyType type = key_type_from_string(row.text());
  batch.first_key = row.maybe_key(type);
  batch.last_key = row.maybe_key(type);
  batch.count = row.integer();
  batch.weight = row.real();
  batch.status = batch_status_from_string(row.text());
  batch.exhausted = row.flag();
  batch.skipped = row.flag();
  stored.superseded_from = row.maybe_key(type);
  batch.superseded = stored.superseded_from && *stored.superseded_from <= *batch.first_key;
  batch.attempt = row.small();
  batch.max_attempts = row.small();
  batch.token = row.text();
  batch.available_at = row.maybe_time();
  batch.acquired_at = row.maybe_time();
  batch.released_at = row.maybe_time();
  batch.run_id = row.text();
  batch.exit_code = row.maybe_small();
  batch.message = row.text();
  batch.outputs = map_from_json<Outputs>(row.text());
  batch.parent_id = row.maybe_integer();
  batch.table = row.text_or_empty();
  batch.key_column = row.text_or_empty();
  batch.filter = row.text_or_empty();
  stored.generation = row.small();
  stored.digest = static_cast<std::uint64_t>(row.integer());
  stored.lease = Duration(row.integer());
  stored.current_version_id = row.integer();
  batch.straggler = row.flag();
  stored.ahead = read_ahead(row, type);
  if (stored.ahead) {
    stored.ahead->limits = row.text_or_empty();
  }
  return stored;
}

Attempt read_attempt(RowReader& row) {
  Attempt attempt;
  attempt.attempt = row.small();
  attempt.run_id = row.text();
  attempt.started_at = row.time();
  attempt.ended_at = row.maybe_time();
  attempt.outcome = outcome_from_string(row.text());
  attempt.exit_code = row.maybe_small();
  attempt.signal = row.maybe_small();
  attempt.message = row.text();
  attempt.outputs = map_from_json<Outputs>(row.text());
  return attempt;
}

/// Identifiers as one parameter, however many.
template <typename Row>
std::string ids_json(const std::vector<Row>& rows) {
  nlohmann::json ids = nlohmann::json::array();
  for (const Row& row : rows) {
    ids.push_back(row.id);
  }
  return ids.dump();
}

StoredBatch read_batch(const Rows& rows) {
  return read_batch_from(rows, 0);
}

template <typename Value>
std::string dump(const Value& value) {
  return nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Run read_run(const Rows& rows) {
  RowReader row(rows);
  Run run;
  run.id = row.text();
  run.job = row.text();
  run.window = row.text();
  run.host = row.text();
  run.boot_id = row.text();
  run.pid = row.integer();
  run.user = row.text();
  run.command = map_from_json<std::vector<std::string>>(row.text());
  run.identity = map_from_json<std::map<std::string, std::string>>(row.text());
  run.version = row.text();
  run.started_at = row.time();
  run.ended_at = row.maybe_time();
  run.exit_status = row.maybe_small();
  run.succeeded = row.integer();
  run.failed = row.integer();
  return run;
}

std::string_view name_of(WindowState state) {
  switch (state) {
    case WindowState::paused:
      return "paused";
    case WindowState::cancelled:
      return "cancelled";
    case WindowState::active:
      break;
  }
  return "active";
}

/// The statement whose index finds what the filter asks for.
std::string_view listing_of(const BatchFilter& filter) {
  if (!filter.run_id.empty()) {
    return "list_batches_of_run";
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

class SqlStoreTransaction final : public StoreTransaction {
 public:
  SqlStoreTransaction(SqlStore& store, Mode mode)
      : store_(store), connection_(*store.connection_), transaction_(connection_, mode) {}

  void commit() override { transaction_.commit(); }

  TimePoint now() override {
    return TimePoint(std::chrono::milliseconds(*integer_of("now", {clock()})));
  }

  std::optional<Job> find_job(std::string_view name) override {
    return one("find_job", {std::string(name)}, read_job);
  }
  std::optional<Job> find_job_version(std::int64_t version_id) override {
    return one("find_job_version", {version_id}, read_job);
  }
  std::vector<Job> list_jobs() override { return all("list_jobs", {}, read_job); }
  std::vector<Job> list_job_versions(std::int64_t job_id) override {
    return all("list_job_versions", {job_id}, read_job);
  }
  std::int64_t insert_job(std::string_view name) override {
    const auto id = integer_of("insert_job", {clock(), std::string(name)});
    if (!id) {
      throw Error(ErrorCode::refused,
                  "a job named '" + std::string(name) +
                      "' exists already; choose another name, or use job update");
    }
    execute("insert_horizon", {*id});
    return *id;
  }
  std::int64_t insert_job_version(std::int64_t job_id,
                                  int number,
                                  const JobDefinition& definition) override {
    const auto id =
        integer_of("insert_job_version", {clock(), job_id, param(number), to_json(definition)});
    execute("set_job_version", {clock(), job_id, *id});
    return *id;
  }
  void lock_job(std::int64_t job_id) override { integer_of("lock_job", {job_id}); }
  void update_job_paused(std::int64_t job_id, bool paused) override {
    execute("update_job_paused", {clock(), job_id, param(paused)});
  }
  void delete_job(std::int64_t job_id) override {
    for (const char* step : {"delete_job_attempts",
                             "delete_job_keys",
                             "delete_job_batches",
                             "delete_job_runs",
                             "delete_job_windows",
                             "delete_job_versions",
                             "delete_job"}) {
      execute(step, {job_id});
    }
  }

  std::int64_t insert_window(const Window& window) override {
    const auto id =
        integer_of("insert_window",
                   {clock(),
                    window.job_id,
                    window.name,
                    std::string(window.kind == WindowKind::campaign ? "campaign" : "incremental"),
                    param(window.lower),
                    param(window.upper),
                    param(window.limits.max_count),
                    param(window.limits.max_weight)});
    if (!id) {
      throw Error(
          ErrorCode::refused,
          "the job has a campaign named '" + window.name + "' already; choose another name");
    }
    return *id;
  }
  std::optional<Window> find_window(std::int64_t job_id,
                                    std::string_view name,
                                    KeyType type) override {
    return one("find_window", {job_id, std::string(name)}, window_reader(type));
  }
  std::vector<Window> list_windows(std::int64_t job_id, KeyType type) override {
    return all("list_windows", {job_id}, window_reader(type));
  }
  std::optional<LockedWindow> lock_window(std::int64_t window_id, KeyType type) override {
    return lock_window_by("lock_window", window_id, type);
  }
  std::optional<LockedWindow> try_lock_window(std::int64_t window_id, KeyType type) override {
    // SQLite's transaction has the whole file.
    return lock_window_by(postgres() ? "try_lock_window" : "lock_window", window_id, type);
  }
  void move_frontier(std::int64_t window_id,
                     const std::optional<Key>& frontier,
                     int planned) override {
    execute("move_frontier", {window_id, param(frontier), param(planned), clock()});
  }
  void set_window_state(std::int64_t window_id,
                        WindowState state,
                        std::string_view reason) override {
    execute("set_window_state", {window_id, std::string(name_of(state)), std::string(reason)});
  }
  void rewind_window(std::int64_t window_id, const std::optional<Key>& lower) override {
    execute("rewind_window", {window_id, param(lower)});
  }

  std::string read_horizon(std::int64_t job_id) override {
    const auto rows = connection_.query(store_.queries_["read_horizon"], {job_id});
    return rows->next() ? rows->text(0) : "";
  }
  std::optional<std::string> lock_horizon(std::int64_t job_id) override {
    const auto rows = connection_.query(store_.queries_["lock_horizon"], {job_id});
    return rows->next() ? std::optional(rows->text(0)) : std::nullopt;
  }
  void write_horizon(std::int64_t job_id, std::string_view points) override {
    execute("write_horizon", {job_id, std::string(points)});
  }

  std::optional<StoredBatch> take_due_batch(std::int64_t window_id,
                                            KeyType,
                                            const DueBatches& wanted) override {
    return one("take_due_batch",
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
  void tell_followers(std::int64_t job_id) override {
    if (connection_.dialect() == Dialect::postgres) {
      connection_.query(store_.queries_["tell_followers"], {job_id});
    }
  }

  std::int64_t reserve_batch_id() override { return *integer_of("reserve_batch_id", {}); }
  void insert_batch_keys(std::int64_t batch_id, int part, const std::string& keys) override {
    execute("insert_batch_keys", {batch_id, param(part), Blob{keys}});
  }
  Batch insert_batch(const NewBatch& batch, const Claim* claim) override {
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
    Batch made;
    made.status = claim == nullptr ? BatchStatus::planned : BatchStatus::processing;
    made.attempt = claim == nullptr ? 0 : 1;
    read_claim(made, "insert_batch", params);
    return made;
  }
  void insert_planned(const std::vector<NewBatch>& batches) override {
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
  std::int64_t count_planned(std::int64_t window_id) override {
    return *integer_of("count_planned", {window_id});
  }
  std::optional<PlannedAhead> take_back_planned(const Window& window, KeyType type) override {
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
  void delete_batch(std::int64_t batch_id) override { execute("delete_batch", {batch_id}); }
  Batch claim_batch(const StoredBatch& stored,
                    int attempt,
                    int max_attempts,
                    const Claim& claim) override {
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
  std::optional<StoredBatch> lock_batch(std::int64_t batch_id) override {
    return one("lock_batch", {batch_id}, read_batch);
  }
  std::optional<StoredBatch> find_batch(std::int64_t batch_id) override {
    return one("find_batch", {batch_id}, read_batch);
  }
  std::int64_t lock_unfinished_batches(std::int64_t window_id) override {
    return *integer_of("lock_unfinished_batches", {window_id});
  }
  std::optional<TimePoint> extend_lease(std::int64_t batch_id,
                                        std::string_view token,
                                        std::optional<Duration> lease) override {
    const auto end = integer_of("extend_lease",
                                {clock(),
                                 batch_id,
                                 std::string(token),
                                 lease ? Param(std::int64_t{lease->count()}) : Param()});
    return end ? std::optional(TimePoint(std::chrono::milliseconds(*end))) : std::nullopt;
  }
  void end_attempt(const StoredBatch& stored, const AttemptEnd& end) override {
    end_attempt_of(stored, end);
  }
  Batch end_attempt_of(const StoredBatch& stored, const AttemptEnd& end) override {
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
      execute(
          "insert_attempt",
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
  std::optional<Batch> end_held_attempt(const Batch& held, const AttemptEnd& end) override {
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
  std::optional<HandedOver> hand_over(const Batch& held,
                                      const AttemptEnd& end,
                                      const PlannedClaim& next) override {
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
  std::optional<Batch> take_planned(const PlannedClaim& next) override {
    if (!postgres()) {
      return std::nullopt;
    }
    return take_planned({Param(), Param(), Param(), Param(), Param()}, next, [](RowReader&) {});
  }
  void set_batch_state(std::int64_t batch_id,
                       BatchStatus status,
                       bool exhausted,
                       int attempt,
                       bool available) override {
    execute("set_batch_state",
            {clock(),
             batch_id,
             std::string(to_string(status)),
             param(exhausted),
             param(attempt),
             param(available)});
  }
  void supersede_from(std::int64_t window_id, const Key& from) override {
    execute("supersede_from", {window_id, Blob{from.bytes()}});
  }
  std::vector<StoredBatch> batches_from(std::int64_t window_id, const Key& from) override {
    return all("batches_from", {window_id, Blob{from.bytes()}}, read_batch);
  }

  void list_batches(const BatchFilter& filter,
                    const std::function<void(const Batch&)>& each) override {
    Params params = {
        filter.job_id,
        filter.window_id == 0 ? Param() : Param(filter.window_id),
        filter.status ? Param(std::string(to_string(*filter.status))) : Param(),
        filter.since ? Param(std::int64_t{filter.since->time_since_epoch().count()}) : Param(),
        filter.limit == 0 ? kNoLimit : filter.limit};
    if (!filter.run_id.empty()) {
      const auto run = find_run(filter.run_id);
      params.emplace_back(filter.run_id);
      params.push_back(run ? param(run->started_at - kClockSlack) : Param());
      params.push_back(run ? param(run->ended_at.value_or(now()) + kClockSlack) : Param());
    }
    const auto rows = connection_.query(store_.queries_[listing_of(filter)], params);
    while (rows->next()) {
      each(read_batch(*rows).batch);
    }
  }
  std::vector<StoredBatch> open_batches(std::int64_t window_id) override {
    return all("open_batches", {window_id}, read_batch);
  }
  std::vector<StoredBatch> batches_around(std::int64_t job_id, const Key& key) override {
    return all("batches_around", {job_id, Blob{key.bytes()}}, read_batch);
  }
  std::vector<Attempt> list_attempts(std::int64_t batch_id) override {
    return all("list_attempts", {batch_id}, [](const Rows& rows) {
      RowReader row(rows);
      return read_attempt(row);
    });
  }
  std::vector<AttemptTotals> attempt_totals() override {
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
  std::vector<std::int64_t> list_children(std::int64_t batch_id) override {
    return all("list_children", {batch_id}, [](const Rows& rows) { return rows.integer(0); });
  }
  std::string read_key_part(std::int64_t batch_id, std::int64_t part, bool last) override {
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
  std::vector<LedgerBatch> ledger_batches(std::int64_t window_id,
                                          int generation,
                                          const std::optional<Key>& after,
                                          const Key& to,
                                          std::int64_t limit) override {
    // Nothing lies between a key and itself with a NUL behind it.
    const Blob from{after ? after->bytes() + '\0' : std::string()};
    return all("ledger_batches",
               {window_id, param(generation), from, Blob{to.bytes()}, limit, kFewKeys},
               [](const Rows& rows) {
                 return LedgerBatch{read_batch(rows), rows.maybe_blob(kBatchColumns)};
               });
  }
  std::vector<StoredBatch> live_stragglers(std::int64_t window_id,
                                           const std::optional<Key>& from,
                                           const Key& to) override {
    const Blob lowest{from ? from->bytes() : std::string()};
    return all("live_stragglers", {window_id, lowest, Blob{to.bytes()}}, read_batch);
  }
  std::int64_t newest_range(std::int64_t window_id) override {
    return integer_of("newest_range", {window_id}).value_or(0);
  }
  std::optional<Key> lowest_range_since(std::int64_t window_id,
                                        std::int64_t batch_id,
                                        KeyType type) override {
    return one("lowest_range_since", {window_id, batch_id}, [type](const Rows& rows) {
      return Key::from_bytes(type, rows.blob(0));
    });
  }
  OpenTotals open_totals(std::int64_t window_id, KeyType type) override {
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
  bool has_batches(std::int64_t job_id) override {
    return *integer_of("has_batches", {job_id}) != 0;
  }

  void insert_run(const Run& run, std::int64_t job_id, std::int64_t window_id) override {
    execute("insert_run",
            {clock(),
             run.id,
             job_id,
             window_id,
             run.host,
             run.boot_id,
             run.pid,
             run.user,
             dump(run.command),
             dump(run.identity),
             run.version});
    if (!run.identity.empty()) {
      execute("insert_run_identity", {run.id});
    }
  }
  void finish_run(std::string_view run_id,
                  int exit_status,
                  std::int64_t succeeded,
                  std::int64_t failed) override {
    execute("finish_run", {clock(), std::string(run_id), param(exit_status), succeeded, failed});
  }
  std::optional<Run> find_run(std::string_view run_id) override {
    return one("find_run", {std::string(run_id)}, read_run);
  }
  std::vector<Run> list_runs(std::optional<std::int64_t> job_id,
                             const Identity& identity,
                             std::int64_t limit) override {
    const std::int64_t most = limit == 0 ? kNoLimit : limit;
    if (!identity.empty()) {
      const auto& [name, value] = *identity.begin();
      const Params params = {most, name, value, param(job_id), dump(identity)};
      return all("list_runs_of_identity", params, read_run);
    }
    return job_id ? all("list_runs_of_job", {most, *job_id}, read_run)
                  : all("list_runs", {most}, read_run);
  }

  std::optional<std::int64_t> attempts_until(std::int64_t after,
                                             std::int64_t most,
                                             TimePoint before) override {
    return *one("attempts_until", {after, most, param(before)}, [](const Rows& rows) {
      return rows.maybe_integer(0);
    });
  }
  std::vector<PrunedAttempt> prunable_attempts(const PruneFilter& filter,
                                               std::int64_t after,
                                               std::int64_t until) override {
    const Params params = {param(filter.job_id), param(filter.before), after, until};
    return all("prunable_attempts", params, [](const Rows& rows) {
      RowReader row(rows);
      PrunedAttempt pruned;
      pruned.id = row.integer();
      pruned.batch_id = row.integer();
      pruned.job = row.text();
      pruned.window = row.text();
      const KeyType type = key_type_from_string(row.text());
      pruned.first_key = row.maybe_key(type);
      pruned.last_key = row.maybe_key(type);
      pruned.attempt = read_attempt(row);
      return pruned;
    });
  }
  std::int64_t delete_attempts(const std::vector<PrunedAttempt>& attempts) override {
    return execute("delete_attempts", {ids_json(attempts)});
  }
  std::optional<RunMark> runs_until(const RunMark& after,
                                    std::int64_t most,
                                    TimePoint before) override {
    const Params params = {param(after.started_at), after.id, most, param(before)};
    return one("runs_until", params, [](const Rows& rows) {
      RowReader row(rows);
      const TimePoint started_at = row.time();
      return RunMark{started_at, row.text()};
    });
  }
  std::vector<Run> prunable_runs(const PruneFilter& filter,
                                 const RunMark& after,
                                 const RunMark& until) override {
    const Params params = {param(filter.job_id),
                           param(filter.before),
                           param(after.started_at),
                           after.id,
                           param(until.started_at),
                           until.id};
    return all("prunable_runs", params, read_run);
  }
  std::int64_t delete_runs(const std::vector<Run>& runs) override {
    return execute("delete_runs", {ids_json(runs)});
  }

 private:
  template <typename ReadEnded>
  std::optional<Batch> take_planned(Params held,
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
  // Whose it is the caller knows.
  static Batch read_taken(const Rows& rows, const PlannedClaim& next) {
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
  static Batch read_ended(RowReader& row, const Batch& held, const AttemptEnd& end) {
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
  bool postgres() const { return connection_.dialect() == Dialect::postgres; }
  std::optional<LockedWindow> lock_window_by(std::string_view name,
                                             std::int64_t window_id,
                                             KeyType type) {
    Params params{window_id};
    if (postgres()) {
      params.emplace_back(store_.number_);
    }
    params.push_back(clock());
    LockedWindow locked;
    auto window = one(name, params, [&](const Rows& rows) {
      RowReader row(rows);
      Window read = read_window(row, type);
      locked.planned_ahead = row.small();
      return read;
    });
    if (!window) {
      return std::nullopt;
    }
    locked.window = std::move(*window);
    return one("job_state", {locked.window.job_id}, [&](const Rows& rows) {
      locked.version_id = rows.integer(0);
      locked.job_paused = rows.integer(1) != 0;
      return std::move(locked);
    });
  }
  Param clock() const {
    return store_.clock_ ? Param(std::int64_t{store_.clock_().time_since_epoch().count()})
                         : Param();
  }
  std::int64_t execute(std::string_view name, const Params& params) {
    return connection_.execute(store_.queries_[name], params);
  }
  std::optional<std::int64_t> integer_of(std::string_view name, const Params& params) {
    return one(name, params, [](const Rows& rows) { return rows.integer(0); });
  }
  template <typename Read>
  auto one(std::string_view name,
           const Params& params,
           const Read& read) -> std::optional<decltype(read(std::declval<const Rows&>()))> {
    const auto rows = connection_.query(store_.queries_[name], params);
    if (!rows->next()) {
      return std::nullopt;
    }
    return read(*rows);
  }
  template <typename Read>
  auto all(std::string_view name,
           const Params& params,
           const Read& read) -> std::vector<decltype(read(std::declval<const Rows&>()))> {
    std::vector<decltype(read(std::declval<const Rows&>()))> values;
    const auto rows = connection_.query(store_.queries_[name], params);
    while (rows->next()) {
      values.push_back(read(*rows));
    }
    return values;
  }
  static std::function<Window(const Rows&)> window_reader(KeyType type) {
    return [type](const Rows& rows) {
      RowReader row(rows);
      return read_window(row, type);
    };
  }
  // What the database decided when a batch was handed out: its id and times.
  void read_claim(Batch& batch, std::string_view name, const Params& params) {
    read_changed(name, params, [&](RowReader& row) {
      batch.id = row.integer();
      batch.acquired_at = row.maybe_time();
      batch.available_at = row.maybe_time();
    });
  }
  // The one row that a change of one batch returns.
  template <typename Read>
  void read_changed(std::string_view name, const Params& params, const Read& read) {
    const auto rows = connection_.query(store_.queries_[name], params);
    if (!rows->next()) {
      throw Error(ErrorCode::internal, "the inventory did not store a batch", std::string(name));
    }
    RowReader row(*rows);
    read(row);
    // SQLite applies an INSERT's or UPDATE's RETURNING only when it is read to its end.
    while (rows->next()) {
    }
  }

  SqlStore& store_;
  Connection& connection_;
  Transaction transaction_;
};

std::string table_prefix(Dialect dialect, std::string_view schema) {
  return dialect == Dialect::sqlite ? "tranche_" : quote_identifier(schema) + ".";
}

Queries inventory_queries(Dialect dialect, std::string_view schema) {
  const std::map<std::string, std::string> placeholders = {
      {"prefix", table_prefix(dialect, schema)}};
#ifdef TRANCHE_POSTGRES
  if (dialect == Dialect::postgres) {
    return {inventory_postgres, placeholders};
  }
#endif
  return {inventory_sqlite, placeholders};
}

SqlStore::SqlStore(std::unique_ptr<Connection> connection, std::string_view schema)
    : connection_(std::move(connection)),
      queries_(inventory_queries(connection_->dialect(), schema)),
      number_(static_cast<std::int32_t>(
          key_hash(Key::parse(KeyType::text, "tranche " + std::string(schema))))) {
  connection_->keep_prepared();
}

void SqlStore::wait_for_window(std::int64_t window_id) {
  if (connection_->dialect() != Dialect::postgres) {
    return;
  }
  try {
    Transaction waiting(*connection_, Mode::single_write);
    connection_->query(queries_["wait_for_window"], {window_id, number_});
  } catch (const Error& error) {
    if (error.code() != ErrorCode::timeout && error.code() != ErrorCode::busy) {
      throw;
    }
  }
}

std::unique_ptr<StoreTransaction> SqlStore::begin(bool write) {
  return std::make_unique<SqlStoreTransaction>(*this, write ? Mode::read_write : Mode::read_only);
}
std::unique_ptr<StoreTransaction> SqlStore::begin_single() {
  return std::make_unique<SqlStoreTransaction>(*this, Mode::single_write);
}

}  // namespace tranche::sql
