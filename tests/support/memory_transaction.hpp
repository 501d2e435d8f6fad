#pragma once

#include "source/filter_text.hpp"
#include "support/memory_store.hpp"

#include "tranche/error.hpp"

#include <algorithm>

namespace tranche::test {

/// Its parts: memory_jobs.cpp, memory_batches.cpp, memory_questions.cpp, memory_runs.cpp.
class MemoryTransaction final : public StoreTransaction {
 public:
  MemoryTransaction(MemoryStore& store, bool write)
      : store_(store), write_(write), state_(store.state_) {}
  void commit() override {
    if (write_) {
      store_.state_ = std::move(state_);
    }
  }
  TimePoint now() override { return store_.clock_(); }

  // Jobs.
  std::optional<Job> find_job(std::string_view name) override;
  std::optional<Job> find_job_version(std::int64_t version_id) override;
  std::vector<Job> list_jobs() override;
  std::vector<Job> list_job_versions(std::int64_t job_id) override;
  std::int64_t insert_job(std::string_view name) override;
  std::int64_t insert_job_version(std::int64_t job_id,
                                  int number,
                                  const JobDefinition& definition) override;
  void update_job_paused(std::int64_t job_id, bool paused) override;
  void lock_job(std::int64_t) override {}
  std::string read_horizon(std::int64_t job_id) override { return state_.horizons[job_id]; }
  std::optional<std::string> lock_horizon(std::int64_t job_id) override;
  void write_horizon(std::int64_t job_id, std::string_view points) override;
  void delete_job(std::int64_t job_id) override;

  // Windows.
  std::int64_t insert_window(const Window& window) override;
  std::optional<Window> find_window(std::int64_t job_id, std::string_view name, KeyType) override;
  std::vector<Window> list_windows(std::int64_t job_id, KeyType) override;
  std::optional<LockedWindow> lock_window(std::int64_t window_id, KeyType) override;
  void move_frontier(std::int64_t window_id,
                     const std::optional<Key>& frontier,
                     int planned) override;
  void note_waiting(std::int64_t window_id, const Key& key) override;
  void write_learned(std::int64_t window_id, std::string_view learned) override {
    state_.windows.at(window_id).learned = learned;
  }
  void set_window_state(std::int64_t window_id,
                        WindowState state,
                        std::string_view reason) override;
  void rewind_window(std::int64_t window_id, const std::optional<Key>& lower) override;

  // Batches.
  std::optional<StoredBatch> take_due_batch(std::int64_t window_id,
                                            KeyType,
                                            const DueBatches& wanted) override;
  std::int64_t count_live(std::int64_t window_id) override;
  Unfinished find_unfinished(std::int64_t window_id, bool newest_first) override;
  std::int64_t reserve_batch_id() override { return ++state_.last_batch; }
  void insert_batch_keys(std::int64_t batch_id, int part, const std::string& keys) override;
  void delete_batch_keys(std::int64_t batch_id) override {
    std::erase_if(state_.parts, [&](const auto& part) { return part.first.first == batch_id; });
  }
  Batch insert_batch(const NewBatch& made, const Claim* claim) override;
  std::int64_t count_planned(std::int64_t window_id) override;
  std::optional<PlannedAhead> take_back_planned(const Window& window, KeyType) override;
  void delete_batch(std::int64_t batch_id) override { state_.batches.erase(batch_id); }
  Batch claim_batch(const StoredBatch& stored,
                    int attempt,
                    int max_attempts,
                    const Claim& claim) override;
  std::optional<StoredBatch> lock_batch(std::int64_t batch_id) override;
  std::int64_t lock_unfinished_batches(std::int64_t) override { return 0; }
  std::optional<StoredBatch> find_batch(std::int64_t batch_id) override;
  std::optional<TimePoint> extend_lease(std::int64_t batch_id,
                                        std::string_view token,
                                        std::optional<Duration> lease) override;
  void end_attempt(const StoredBatch& stored, const AttemptEnd& end) override;
  StoredBatch insert_done(const StoredBatch& parent, const NewBatch& done) override;
  void shrink_batch(std::int64_t batch_id, const NewBatch& left, std::int64_t done_count) override;
  void set_batch_state(std::int64_t batch_id,
                       BatchStatus status,
                       bool exhausted,
                       int attempt,
                       bool available) override;
  void supersede_from(std::int64_t window_id, const Key& from) override;
  std::vector<StoredBatch> batches_from(std::int64_t window_id, const Key& from) override;

  // Questions.
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
                                        KeyType) override;
  OpenTotals open_totals(std::int64_t window_id, KeyType) override;
  std::int64_t exhausted_assets(std::int64_t window_id) override;
  ClosedTotals closed_totals(std::int64_t window_id) override;
  bool has_batches(std::int64_t job_id) override;

  // Runs.
  void insert_run(const Run& run, std::int64_t job_id, std::int64_t) override;
  void finish_run(std::string_view run_id,
                  int exit_status,
                  std::int64_t succeeded,
                  std::int64_t failed) override;
  void add_identity(std::string_view run_id, const Identity& identity) override;
  std::optional<Run> find_run(std::string_view run_id) override;
  std::vector<Run> list_runs(std::optional<std::int64_t> job_id,
                             const Identity& identity,
                             std::int64_t limit) override;
  // Pruning.
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
  bool is_named(const std::string& run_id) const {
    return std::any_of(state_.attempts.begin(),
                       state_.attempts.end(),
                       [&](const auto& row) { return row.attempt.run_id == run_id; }) ||
           std::any_of(state_.batches.begin(), state_.batches.end(), [&](const auto& row) {
             return row.second.stored.batch.run_id == run_id;
           });
  }
  /// Behind the one mark, up to the other.
  std::vector<Run> runs_between(const RunMark& after, const RunMark& until) {
    std::vector<Run> runs = list_runs(std::nullopt, {}, 0);
    const auto place = [](const Run& run) { return std::pair(run.started_at, run.id); };
    std::erase_if(runs, [&](const Run& run) {
      return place(run) <= std::pair(after.started_at, after.id) ||
             place(run) > std::pair(until.started_at, until.id);
    });
    std::sort(
        runs.begin(), runs.end(), [&](const Run& a, const Run& b) { return place(a) < place(b); });
    return runs;
  }
  Job job_at(std::int64_t version_id) const {
    const MemoryState::StoredVersion& version = state_.versions.at(version_id);
    Job job = state_.jobs.at(version.job_id);
    job.version = version.number;
    job.version_id = version_id;
    job.definition = version.definition;
    return job;
  }
  static bool is_cut(const Batch& batch, std::int64_t window_id) {
    return batch.window_id == window_id && !batch.parent_id && !batch.straggler;
  }
  StoredBatch& row_of(std::int64_t batch_id) { return state_.batches.at(batch_id).stored; }
  static bool lives_from(const StoredBatch& stored, const Key& from) {
    return *stored.batch.last_key >= from &&
           (!stored.superseded_from ||
            *stored.superseded_from > std::max(*stored.batch.first_key, from));
  }
  void hold(StoredBatch& row, int attempt, const Claim& claim) {
    row.lease = claim.lease;
    row.ahead.reset();
    row.batch.status = BatchStatus::processing;
    row.batch.attempt = attempt;
    row.batch.token = claim.token;
    row.batch.run_id = claim.run_id;
    row.batch.acquired_at = now();
    row.batch.available_at = now() + claim.lease;
  }
  StoredBatch with_names(StoredBatch stored) const {
    Batch& batch = stored.batch;
    const Window& window = state_.windows.at(batch.window_id);
    const Job& job = state_.jobs.at(window.job_id);
    const JobDefinition& definition = state_.versions.at(batch.version_id).definition;
    batch.job = job.name;
    batch.window = window.name;
    batch.table = definition.table;
    batch.key_column = definition.key_column;
    batch.filter = source::conjunction({definition.filter, window.filter});
    derive(stored, job);
    return stored;
  }
  static void derive(StoredBatch& stored, const Job& job) {
    Batch& batch = stored.batch;
    batch.job_id = job.id;
    batch.superseded = stored.superseded_from && *stored.superseded_from <= *batch.first_key;
    stored.current_version_id = job.version_id;
  }
  /// In key order. `wanted` does not see names.
  template <typename Wanted>
  std::vector<StoredBatch> batches_where(const Wanted& wanted) {
    std::vector<const StoredBatch*> places;
    for (auto& [id, row] : state_.batches) {
      // In place: the model's tests spend their time on copies.
      derive(row.stored, state_.jobs.at(state_.windows.at(row.stored.batch.window_id).job_id));
      if (wanted(row.stored)) {
        places.push_back(&row.stored);
      }
    }
    std::stable_sort(places.begin(), places.end(), [](const StoredBatch* a, const StoredBatch* b) {
      return *a->batch.first_key < *b->batch.first_key;
    });
    std::vector<StoredBatch> found;
    found.reserve(places.size());
    for (const StoredBatch* stored : places) {
      found.push_back(with_names(*stored));
    }
    return found;
  }

  MemoryStore& store_;
  bool write_;
  MemoryState state_;
};

}  // namespace tranche::test
