#pragma once

#include "tranche/prune.hpp"
#include "tranche/types.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tranche {

/// Sums over the batches of a window that no success has closed.
struct OpenTotals {
  std::int64_t count =
      0;  ///< assets in batches planned, processing, failed or cancelled, and not superseded
  double weight = 0;
  std::optional<Key> first_key;
  std::optional<Key> last_key;
  std::int64_t processing = 0;
  std::int64_t failed = 0;
  std::int64_t exhausted = 0;
  std::int64_t cancelled = 0;
  std::int64_t due = 0;  ///< assets in batches that can be taken now
};

/// What a window's row says once it is locked, with what the job says at that moment.
struct LockedWindow {
  Window window;
  std::int64_t version_id = 0;  ///< the job's current version
  bool job_paused = false;
  /// Ranges that whoever cut last, within a second, meant to leave for others. Negative: acquirers
  /// with different limits meet here, and so many of them are to cut for themselves alone.
  int planned_ahead = 0;
};

/// A range that was cut for whoever comes next. It can be taken back while nobody has held it.
struct PlannedAhead {
  std::optional<Key> frontier;  ///< of the window, before this range was cut
  std::string limits;           ///< as text; only for acquires that ask for the same
  bool stale = false;           ///< planned longer than kPlansHold ago
};
/// Planned ranges are for those who queue now. Older ones are cut again: their assets may have
/// changed.
inline constexpr Duration kPlansHold = std::chrono::seconds(10);

/// A range to be stored. `parts` are the packed keys, in order (key_set.hpp).
struct NewBatch {
  std::int64_t id = 0;  ///< 0: the store gives one
  std::int64_t window_id = 0;
  std::int64_t version_id = 0;
  int generation = 0;
  std::optional<std::int64_t> parent_id;
  bool straggler = false;
  std::optional<Key> first_key;
  std::optional<Key> last_key;
  std::int64_t count = 0;
  double weight = 0;
  std::uint64_t digest = 0;
  std::string last_part;  ///< the packed keys, or the last part of them
  int max_attempts = 0;
  std::optional<Key> frontier;  ///< where the window's frontier moves in the same step
  std::string size_reason;      ///< of Batch
  int leads = 0;                ///< with `frontier`: LockedWindow::planned_ahead from now on
  std::optional<PlannedAhead> ahead;
};

/// The claim of a holder.
struct Claim {
  std::string token;
  Duration lease{};
  std::string run_id;
};

/// A stored batch with what only the state machine needs.
struct StoredBatch {
  Batch batch;
  int generation = 0;
  std::optional<Key> superseded_from;
  std::uint64_t digest = 0;
  Duration lease{};                     ///< length of the last lease
  std::int64_t current_version_id = 0;  ///< of the job, now
  std::optional<PlannedAhead> ahead;    ///< nobody has held it
};

/// The end of an attempt, and the batch's state after it.
struct AttemptEnd {
  BatchStatus status = BatchStatus::succeeded;
  bool exhausted = false;
  bool skipped = false;
  bool superseded = false;
  int attempt = 0;  ///< attempts that count, from now on
  std::optional<Duration>
      available_after;  ///< failed, planned: when it may be taken again; unset: never
  Outcome outcome = Outcome::succeeded;
  std::optional<int> exit_code;
  std::optional<int> signal;
  std::string message;
  Outputs outputs;
};

/// The claim of whoever ends one batch and goes on with the next one that was planned.
struct PlannedClaim {
  std::int64_t window_id = 0;
  std::int64_t version_id = 0;  ///< the job's, as the caller knows it
  KeyType key_type = KeyType::integer;
  int max_attempts = 0;
  bool retries = true;
  Claim claim;
  std::string limits;        ///< those of PlannedAhead
  std::optional<Key> after;  ///< only ranges behind it
};
struct HandedOver {
  Batch ended;
  std::optional<Batch> taken;
};

/// Which stored batches an acquire takes, besides those that were given back.
struct DueBatches {
  bool retries = true;  ///< those that failed or lost their holder
  bool ahead = true;    ///< those that were planned ahead
  bool newest_first = false;
};

/// What stands before new ranges of a window where they are processed in order; ids, 0: none.
struct Unfinished {
  std::int64_t next = 0;      ///< the first in order that is being processed or may be again
  bool due = false;           ///< it can be taken now
  std::int64_t held = 0;      ///< one whose lease has not ended
  std::int64_t given_up = 0;  ///< one that has failed for good
};

/// Which batches are listed, the newest first.
struct BatchFilter {
  std::int64_t window_id = 0;  ///< 0: every window of the job
  std::int64_t job_id = 0;
  std::optional<BatchStatus> status = std::nullopt;
  bool exhausted = false;                         ///< of failed ones, those without attempts left
  std::optional<TimePoint> since = std::nullopt;  ///< acquired at or after; those acquired last
                                                  ///< come first then
  std::string run_id = {};
  std::int64_t version_id = 0;  ///< of the job, that it was cut with; 0: any
  /// Those whose last attempt took longest come first; one that goes on counts until now. Looks
  /// once at every batch that was ever held; no more than `limit` are kept.
  bool slowest = false;
  std::int64_t limit = 0;  ///< the first so many; 0: all
};

/// A batch as an audit reads it.
struct LedgerBatch {
  StoredBatch stored;
  std::optional<std::string> last_part;  ///< of its keys, where they are few
};

/// A range of a ledger, without what else its batch is.
struct LedgerRange {
  Key first_key;
  Key last_key;
  std::optional<Key> superseded_from;
  bool succeeded = false;
  bool half = false;  ///< of a range that was split
};

/// One transaction on an inventory. Destroyed without commit: nothing happened.
/// Names are those of the statements in sdk/sql/*/inventory.sql; `now` overrides the database's
/// clock (tests). Errors:  busy (retry the whole transaction), unreachable, in_doubt (commit only).
/// Threads: the one of its Store.
class StoreTransaction {
 public:
  virtual ~StoreTransaction() = default;
  virtual void commit() = 0;

  virtual TimePoint now() = 0;

  // Jobs. A job's definition is found by the version it has now.
  virtual std::optional<Job> find_job(std::string_view name) = 0;
  virtual std::optional<Job> find_job_version(std::int64_t version_id) = 0;
  virtual std::vector<Job> list_jobs() = 0;
  /// A job in each of its versions, oldest first.
  virtual std::vector<Job> list_job_versions(std::int64_t job_id) = 0;
  /// Errors: refused where the name is taken.
  virtual std::int64_t insert_job(std::string_view name) = 0;
  virtual std::int64_t insert_job_version(std::int64_t job_id,
                                          int number,
                                          const JobDefinition& definition) = 0;
  /// Until the transaction ends, nobody changes the job, or adds a window or a run to it.
  virtual void lock_job(std::int64_t job_id) = 0;
  virtual void update_job_paused(std::int64_t job_id, bool paused) = 0;
  virtual void delete_job(std::int64_t job_id) = 0;

  // Windows.
  virtual std::int64_t insert_window(const Window& window) = 0;
  virtual std::optional<Window> find_window(std::int64_t job_id,
                                            std::string_view name,
                                            KeyType type) = 0;
  virtual std::vector<Window> list_windows(std::int64_t job_id, KeyType type) = 0;
  /// Waits for other acquirers. Empty: the window is gone.
  virtual std::optional<LockedWindow> lock_window(std::int64_t window_id, KeyType type) = 0;
  /// Never waits: empty also where somebody else has it locked.
  virtual std::optional<LockedWindow> try_lock_window(std::int64_t window_id, KeyType type) {
    return lock_window(window_id, type);
  }
  /// `planned` becomes LockedWindow::planned_ahead.
  virtual void move_frontier(std::int64_t window_id,
                             const std::optional<Key>& frontier,
                             int planned) = 0;
  /// From now on the asset with this key waits for more (Limits::min_count).
  virtual void note_waiting(std::int64_t window_id, const Key& key) = 0;
  /// Replaces Window::learned.
  virtual void write_learned(std::int64_t window_id, std::string_view learned) = 0;
  virtual void set_window_state(std::int64_t window_id,
                                WindowState state,
                                std::string_view reason) = 0;
  /// Next handed out is `lower` (empty: the first asset), in a new generation.
  virtual void rewind_window(std::int64_t window_id, const std::optional<Key>& lower) = 0;

  // The horizon's points of a job (horizon/points.hpp), as a text; empty at first.
  virtual std::string read_horizon(std::int64_t job_id) = 0;
  /// The same, for whoever will write it; empty where somebody else is about to. Never waits.
  virtual std::optional<std::string> lock_horizon(std::int64_t job_id) = 0;
  virtual void write_horizon(std::int64_t job_id, std::string_view points) = 0;

  /// Whoever listens for the job (news.hpp) hears with the commit that there may be something to
  /// take. Does nothing where the database cannot tell.
  virtual void tell_followers(std::int64_t) {}

  // Batches.
  /// Locks the oldest batch that can be taken now and that nobody else is taking. Empty under a
  /// paused job or window.
  virtual std::optional<StoredBatch> take_due_batch(std::int64_t window_id,
                                                    KeyType type,
                                                    const DueBatches& wanted) = 0;
  /// Batches of the window that are processed under a lease that has not ended.
  virtual std::int64_t count_live(std::int64_t window_id) = 0;
  virtual Unfinished find_unfinished(std::int64_t window_id, bool newest_first) = 0;
  virtual std::int64_t reserve_batch_id() = 0;
  virtual void insert_batch_keys(std::int64_t batch_id, int part, const std::string& keys) = 0;
  /// Those of a batch that is not stored after all.
  virtual void delete_batch_keys(std::int64_t batch_id) = 0;
  /// Stores a range and moves the frontier. With a claim it is processing, its first attempt begun;
  /// without, planned.
  virtual Batch insert_batch(const NewBatch& batch, const Claim* claim) = 0;
  /// Stores ranges that are planned ahead, in their order.
  virtual void insert_planned(const std::vector<NewBatch>& batches) {
    for (const NewBatch& batch : batches) {
      insert_batch(batch, nullptr);
    }
  }
  /// Ranges that are planned ahead now.
  virtual std::int64_t count_planned(std::int64_t window_id) = 0;
  /// Deletes the ranges that were planned ahead, from the last one down to the first behind all
  /// that anybody ever held or is taking. The first of them, empty: there
  /// was none. For whoever has locked the window.
  virtual std::optional<PlannedAhead> take_back_planned(const Window& window, KeyType type) = 0;
  virtual void delete_batch(std::int64_t batch_id) = 0;
  /// Hands a stored batch to a new holder; `attempt` is the number that begins.
  virtual Batch claim_batch(const StoredBatch& batch,
                            int attempt,
                            int max_attempts,
                            const Claim& claim) = 0;
  /// Waits for others who change this batch.
  virtual std::optional<StoredBatch> lock_batch(std::int64_t batch_id) = 0;
  virtual std::optional<StoredBatch> find_batch(std::int64_t batch_id) = 0;
  /// The same for every batch of a window that is being processed or may be again; their number.
  virtual std::int64_t lock_unfinished_batches(std::int64_t window_id) = 0;
  /// The end of the lease; empty where the token does not hold the batch any more.
  virtual std::optional<TimePoint> extend_lease(std::int64_t batch_id,
                                                std::string_view token,
                                                std::optional<Duration> lease) = 0;
  /// Records the attempt that runs now as ended and sets the batch's new state.
  virtual void end_attempt(const StoredBatch& batch, const AttemptEnd& end) = 0;
  /// The same; returns the batch as it stands then. Databases override it to save a round trip.
  virtual Batch end_attempt_of(const StoredBatch& batch, const AttemptEnd& end) {
    end_attempt(batch, end);
    return find_batch(batch.batch.id)->batch;
  }
  /// Ends the attempt of a holder who knows its batch, if it still holds it. Empty: it does not, or
  /// this database saves nothing by it; nothing is changed.
  virtual std::optional<Batch> end_held_attempt(const Batch&, const AttemptEnd&) {
    return std::nullopt;
  }
  /// The same, and the oldest range that was planned ahead for the same holder: nothing else may be
  /// due before it but a lease that ended, which this does not look for; and it must be of that
  /// version, cut with those limits. Alone in its transaction (Store::begin_single).
  /// What is taken says neither whose it is nor how often it may be tried: that the caller knows.
  virtual std::optional<HandedOver> hand_over(const Batch&,
                                              const AttemptEnd&,
                                              const PlannedClaim&) {
    return std::nullopt;
  }
  /// The oldest range that was planned ahead, on the same terms.
  virtual std::optional<Batch> take_planned(const PlannedClaim&) { return std::nullopt; }
  /// What the running attempt of a batch was done with, as a batch of its own with an attempt of
  /// its own; the caller ends it.
  virtual StoredBatch insert_done(const StoredBatch& parent, const NewBatch& done) = 0;
  /// The batch goes on with fewer assets; `left`: their keys with count, weight and digest, and how
  /// many parts come before the last one, which the caller inserts afterwards.
  virtual void shrink_batch(std::int64_t batch_id,
                            const NewBatch& left,
                            std::int64_t done_count) = 0;
  /// Operator's repairs, outside any attempt. `available`: can be taken at once.
  virtual void set_batch_state(
      std::int64_t batch_id, BatchStatus status, bool exhausted, int attempt, bool available) = 0;
  /// Batches of the window that live at or behind `from` become superseded from there on.
  virtual void supersede_from(std::int64_t window_id, const Key& from) = 0;
  /// Live batches that reach to or behind `from`, in key order, locked.
  virtual std::vector<StoredBatch> batches_from(std::int64_t window_id, const Key& from) = 0;

  // Questions.
  virtual void list_batches(const BatchFilter& filter,
                            const std::function<void(const Batch&)>& each) = 0;
  /// Batches of a window that are processing, failed with attempts left, or given back; in key
  /// order.
  virtual std::vector<StoredBatch> open_batches(std::int64_t window_id) = 0;
  /// Batches whose range holds the key, oldest first; the caller looks into their key sets.
  virtual std::vector<StoredBatch> batches_around(std::int64_t job_id, const Key& key) = 0;
  virtual std::vector<Attempt> list_attempts(std::int64_t batch_id) = 0;
  /// By window and outcome.
  virtual std::vector<AttemptTotals> attempt_totals() = 0;
  virtual std::vector<std::int64_t> list_children(std::int64_t batch_id) = 0;
  /// A part of the packed key set, counted from 0; `last`: the one that stands in the batch's own
  /// row.
  virtual std::string read_key_part(std::int64_t batch_id, std::int64_t part, bool last) = 0;
  /// Ranges of one generation that are no halves, in key order: up to `limit` that begin behind
  /// `after` (empty: all) and not behind `to`; each with the batches that it was split into. All in
  /// key order, superseded ones too.
  virtual std::vector<LedgerBatch> ledger_batches(std::int64_t window_id,
                                                  int generation,
                                                  const std::optional<Key>& after,
                                                  const Key& to,
                                                  std::int64_t limit) = 0;
  /// The same ranges, for questions that walk through all of them. The type is that of `to`.
  virtual std::vector<LedgerRange> ledger_ranges(std::int64_t window_id,
                                                 int generation,
                                                 const std::optional<Key>& after,
                                                 const Key& to,
                                                 std::int64_t limit) = 0;
  /// Straggler batches that are not superseded and reach into [from, to], in key order; `from`
  /// empty: from the lowest key on.
  virtual std::vector<StoredBatch> live_stragglers(std::int64_t window_id,
                                                   const std::optional<Key>& from,
                                                   const Key& to) = 0;
  /// Of the ranges that were cut, not split; 0: none.
  virtual std::int64_t newest_range(std::int64_t window_id) = 0;
  /// The lowest key of the ranges that were cut after that one; empty: none was.
  virtual std::optional<Key> lowest_range_since(std::int64_t window_id,
                                                std::int64_t batch_id,
                                                KeyType type) = 0;
  virtual OpenTotals open_totals(std::int64_t window_id, KeyType type) = 0;
  /// In exhausted batches of the window.
  virtual std::int64_t exhausted_assets(std::int64_t window_id) = 0;
  /// Of the window's live batches that ended for good. Cost follows their number.
  virtual ClosedTotals closed_totals(std::int64_t window_id) = 0;
  virtual bool has_batches(std::int64_t job_id) = 0;

  // Runs.
  virtual void insert_run(const Run& run, std::int64_t job_id, std::int64_t window_id) = 0;
  virtual void finish_run(std::string_view run_id,
                          int exit_status,
                          std::int64_t succeeded,
                          std::int64_t failed) = 0;
  virtual void add_identity(std::string_view run_id, const Identity& identity) = 0;
  virtual std::optional<Run> find_run(std::string_view run_id) = 0;
  /// Newest first; those that carry, or carried, every name of `identity` with its value.
  virtual std::vector<Run> list_runs(std::optional<std::int64_t> job_id,
                                     const Identity& identity,
                                     std::int64_t limit) = 0;

  // Pruning, a stretch of `most` rows at a time.
  /// The last of the stretch behind attempt `after`; empty: none, or all of them are too young.
  virtual std::optional<std::int64_t> attempts_until(std::int64_t after,
                                                     std::int64_t most,
                                                     TimePoint before) = 0;
  /// Attempts behind `after` up to `until` whose batch ended before the filter's time for good.
  virtual std::vector<PrunedAttempt> prunable_attempts(const PruneFilter& filter,
                                                       std::int64_t after,
                                                       std::int64_t until) = 0;
  /// Returns how many there were.
  virtual std::int64_t delete_attempts(const std::vector<PrunedAttempt>& attempts) = 0;
  /// The same for runs that started before the filter's time.
  virtual std::optional<RunMark> runs_until(const RunMark& after,
                                            std::int64_t most,
                                            TimePoint before) = 0;
  /// Runs that ended before and that no attempt and no batch names.
  virtual std::vector<Run> prunable_runs(const PruneFilter& filter,
                                         const RunMark& after,
                                         const RunMark& until) = 0;
  virtual std::int64_t delete_runs(const std::vector<Run>& runs) = 0;
};

/// Where an inventory is kept. The seam between the state machine and the databases; MemoryStore is
/// its fake.
class Store {
 public:
  virtual ~Store() = default;
  /// `write` false: reads only, sees one state throughout.
  virtual std::unique_ptr<StoreTransaction> begin(bool write) = 0;
  /// For one statement that writes, which commits itself where that saves round trips. Errors of
  /// that statement: in_doubt too.
  virtual std::unique_ptr<StoreTransaction> begin_single() { return begin(true); }
  /// Several may take batches at the same time, so that it pays to plan for others.
  virtual bool side_by_side() const { return false; }
  /// Outside a transaction: until whoever cuts ranges of the window is done, or a while has passed.
  virtual void wait_for_window(std::int64_t) {}
  /// A database that has not answered a statement for so long is taken for gone (unreachable, or
  /// in_doubt). Zero: never.
  virtual void set_patience(Duration) {}
  /// Overrides the database's clock from now on: tests decide when a lease ends.
  virtual void set_clock(std::function<TimePoint()> clock) = 0;
};

}  // namespace tranche
