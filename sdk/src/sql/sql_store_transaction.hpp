#pragma once

#include "sql/read_rows.hpp"
#include "sql/sql_store.hpp"

#include "tranche/error.hpp"

namespace tranche::sql {

/// The statements of inventory.sql as operations of a store. Its parts: store_jobs.cpp for jobs,
/// windows and horizons, store_batches.cpp, store_planned.cpp, store_questions.cpp, store_runs.cpp.
class SqlStoreTransaction final : public StoreTransaction {
 public:
  SqlStoreTransaction(SqlStore& store, Mode mode)
      : store_(store), connection_(*store.connection_), transaction_(connection_, mode) {}

  void commit() override { transaction_.commit(); }

  TimePoint now() override {
    return TimePoint(std::chrono::milliseconds(*integer_of("now", {clock()})));
  }

  std::optional<Job> find_job(std::string_view name) override;
  std::optional<Job> find_job_version(std::int64_t version_id) override;
  std::vector<Job> list_jobs() override;
  std::vector<Job> list_job_versions(std::int64_t job_id) override;
  std::int64_t insert_job(std::string_view name) override;
  std::int64_t insert_job_version(std::int64_t job_id,
                                  int number,
                                  const JobDefinition& definition) override;
  void lock_job(std::int64_t job_id) override;
  void update_job_paused(std::int64_t job_id, bool paused) override;
  void delete_job(std::int64_t job_id) override;

  std::int64_t insert_window(const Window& window) override;
  std::optional<Window> find_window(std::int64_t job_id,
                                    std::string_view name,
                                    KeyType type) override;
  std::vector<Window> list_windows(std::int64_t job_id, KeyType type) override;
  std::optional<LockedWindow> lock_window(std::int64_t window_id, KeyType type) override;
  std::optional<LockedWindow> try_lock_window(std::int64_t window_id, KeyType type) override;
  void move_frontier(std::int64_t window_id,
                     const std::optional<Key>& frontier,
                     int planned) override;
  void note_waiting(std::int64_t window_id, const Key& key) override;
  void write_learned(std::int64_t window_id, std::string_view learned) override;
  void set_window_state(std::int64_t window_id,
                        WindowState state,
                        std::string_view reason) override;
  void rewind_window(std::int64_t window_id, const std::optional<Key>& lower) override;

  std::string read_horizon(std::int64_t job_id) override;
  std::optional<std::string> lock_horizon(std::int64_t job_id) override;
  void write_horizon(std::int64_t job_id, std::string_view points) override;

  std::optional<StoredBatch> take_due_batch(std::int64_t window_id,
                                            KeyType,
                                            const DueBatches& wanted) override;
  void tell_followers(std::int64_t job_id) override;
  std::int64_t count_live(std::int64_t window_id) override;
  Unfinished find_unfinished(std::int64_t window_id, bool newest_first) override;
  std::int64_t reserve_batch_id() override;
  void insert_batch_keys(std::int64_t batch_id, int part, const std::string& keys) override;
  void delete_batch_keys(std::int64_t batch_id) override;
  Batch insert_batch(const NewBatch& batch, const Claim* claim) override;
  void insert_planned(const std::vector<NewBatch>& batches) override;
  std::int64_t count_planned(std::int64_t window_id) override;
  std::optional<PlannedAhead> take_back_planned(const Window& window, KeyType type) override;
  void delete_batch(std::int64_t batch_id) override;
  Batch claim_batch(const StoredBatch& stored,
                    int attempt,
                    int max_attempts,
                    const Claim& claim) override;
  std::optional<StoredBatch> lock_batch(std::int64_t batch_id) override;
  std::optional<StoredBatch> find_batch(std::int64_t batch_id) override;
  std::int64_t lock_unfinished_batches(std::int64_t window_id) override;
  std::optional<TimePoint> extend_lease(std::int64_t batch_id,
                                        std::string_view token,
                                        std::optional<Duration> lease) override;
  void end_attempt(const StoredBatch& stored, const AttemptEnd& end) override;
  Batch end_attempt_of(const StoredBatch& stored, const AttemptEnd& end) override;
  std::optional<Batch> end_held_attempt(const Batch& held, const AttemptEnd& end) override;
  std::optional<HandedOver> hand_over(const Batch& held,
                                      const AttemptEnd& end,
                                      const PlannedClaim& next) override;
  std::optional<Batch> take_planned(const PlannedClaim& next) override;
  StoredBatch insert_done(const StoredBatch& parent, const NewBatch& done) override;
  void shrink_batch(std::int64_t batch_id, const NewBatch& left, std::int64_t done_count) override;
  void set_batch_state(std::int64_t batch_id,
                       BatchStatus status,
                       bool exhausted,
                       int attempt,
                       bool available) override;
  void supersede_from(std::int64_t window_id, const Key& from) override;
  std::vector<StoredBatch> batches_from(std::int64_t window_id, const Key& from) override;

  void list_batches(const BatchFilter& filter,
                    const std::function<void(const Batch&)>& each) override;
  std::vector<StoredBatch> open_batches(std::int64_t window_id) override;
  std::vector<StoredBatch> batches_around(std::int64_t job_id, const Key& key) override;
  std::vector<Attempt> list_attempts(std::int64_t batch_id) override;
  std::vector<AttemptTotals> attempt_totals() override;
  std::vector<std::int64_t> list_children(std::int64_t batch_id) override;
  std::string read_key_part(std::int64_t batch_id, std::int64_t part, bool last) override;
  std::vector<LedgerBatch> ledger_batches(std::int64_t window_id,
                                          int generation,
                                          const std::optional<Key>& after,
                                          const Key& to,
                                          std::int64_t limit) override;
  std::vector<LedgerRange> ledger_ranges(std::int64_t window_id,
                                         int generation,
                                         const std::optional<Key>& after,
                                         const Key& to,
                                         std::int64_t limit) override;
  std::vector<StoredBatch> live_stragglers(std::int64_t window_id,
                                           const std::optional<Key>& from,
                                           const Key& to) override;
  std::int64_t newest_range(std::int64_t window_id) override;
  std::optional<Key> lowest_range_since(std::int64_t window_id,
                                        std::int64_t batch_id,
                                        KeyType type) override;
  OpenTotals open_totals(std::int64_t window_id, KeyType type) override;
  std::int64_t exhausted_assets(std::int64_t window_id) override;
  ClosedTotals closed_totals(std::int64_t window_id) override;
  bool has_batches(std::int64_t job_id) override;

  void insert_run(const Run& run, std::int64_t job_id, std::int64_t window_id) override;
  void finish_run(std::string_view run_id,
                  int exit_status,
                  std::int64_t succeeded,
                  std::int64_t failed) override;
  void add_identity(std::string_view run_id, const Identity& identity) override;
  std::optional<Run> find_run(std::string_view run_id) override;
  std::vector<Run> list_runs(std::optional<std::int64_t> job_id,
                             const Identity& identity,
                             std::int64_t limit) override;

  std::optional<std::int64_t> attempts_until(std::int64_t after,
                                             std::int64_t most,
                                             TimePoint before) override;
  std::vector<PrunedAttempt> prunable_attempts(const PruneFilter& filter,
                                               std::int64_t after,
                                               std::int64_t until) override;
  std::int64_t delete_attempts(const std::vector<PrunedAttempt>& attempts) override;
  std::optional<RunMark> runs_until(const RunMark& after,
                                    std::int64_t most,
                                    TimePoint before) override;
  std::vector<Run> prunable_runs(const PruneFilter& filter,
                                 const RunMark& after,
                                 const RunMark& until) override;
  std::int64_t delete_runs(const std::vector<Run>& runs) override;

 private:
  template <typename ReadEnded>
  std::optional<Batch> take_planned(Params held,
                                    const PlannedClaim& next,
                                    const ReadEnded& read_ended_one);
  bool postgres() const { return connection_.dialect() == Dialect::postgres; }
  std::optional<LockedWindow> lock_window_by(std::string_view name,
                                             std::int64_t window_id,
                                             KeyType type);
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
  // What the database decided when a batch was handed out: its id and times.
  void read_claim(Batch& batch, std::string_view name, const Params& params);
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

}  // namespace tranche::sql
