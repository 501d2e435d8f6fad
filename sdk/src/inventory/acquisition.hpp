#pragma once

#include "inventory/impl.hpp"

namespace tranche {

/// For people. Empty: ranges can be handed out.
std::string why_closed(const Window& window, const Job& job, bool job_paused);

/// The limits that an acquire asks for. What is planned ahead is for those who ask for the same.
std::string text_of(const Limits& limits);
/// Whether an acquire with other limits could have cut this range as well.
bool fits(const StoredBatch& planned, std::int64_t version_id, const Limits& limits);

/// For people, where batches are processed in order. Empty: the next one, or a new range, can
/// be taken.
std::string why_not_in_order(const Unfinished& unfinished);

/// One call of acquire. Its transaction may run more than once: where the database refused it, and
/// where somebody else was cutting ranges of the same window.
///
/// Who finds the window locked does not queue for the lock, which each would hold through a commit
/// of its own, one after the other. All wait until it is free; the first to lock it then cuts for
/// the others too (plan ahead), and they take what is planned side by side.
class Inventory::Impl::Acquisition {
 public:
  /// Errors: usage, for a lease that is too short.
  Acquisition(Impl& impl, const std::string& name, const AcquireOptions& options);

  /// Until there is an answer.
  Acquired acquire();
  /// What the end of a batch and the next one take where ranges are planned ahead: one statement.
  /// Empty: it is not known whether any are, or the batch is not held; nothing is changed.
  std::optional<Handed> hand_over(const Batch& held, const ReleaseRequest& request);
  /// Whoever is done within a second will soon be back.
  void note_time_of(const Batch& ended);
  /// For a transaction that locks a batch before run(): where the window must be locked too, that
  /// comes first, as for everybody.
  void lock_early(StoreTransaction& transaction, const Batch* held = nullptr);
  /// One transaction's worth.
  Acquired run(StoreTransaction& transaction);
  /// The last run() found the window locked.
  bool must_wait() const { return busy_; }

 private:
  void begin(StoreTransaction& transaction);
  void adopt(const Job& job);
  /// The same for a job that the inventory has just told.
  void remember(const Job& job);
  /// What the inventory says now: the job may be another one of the same name.
  Window look_again(StoreTransaction& transaction);

  // Batches that are stored (stored_batches.cpp).
  /// Takes the oldest batch that failed, was given back, lost its holder or was planned ahead.
  std::optional<Batch> take_stored(StoreTransaction& transaction, bool retries);
  std::optional<Batch> take(StoreTransaction& transaction, const StoredBatch& stored);
  /// What was planned by others' limits, or long ago, is cut again.
  bool is_of_use(const StoredBatch& planned) const;
  /// The same where it cannot go back, because somebody holds a range behind it.
  std::optional<Batch> take_remnant(StoreTransaction& transaction, const StoredBatch& stored);

  // One after the other (ordered.cpp).
  void run_in_order(StoreTransaction& transaction, Acquired& result);
  std::optional<Batch> take_next(StoreTransaction& transaction, std::int64_t next);

  // New ranges.
  std::optional<LockedWindow> lock_window(StoreTransaction& transaction);
  std::optional<std::int64_t> cap() const;
  /// Whether one more batch may be processed. Who asks has locked the window, and so the answer
  /// holds until the commit.
  bool has_room(StoreTransaction& transaction, Acquired& result);
  void cut_new(StoreTransaction& transaction, Acquired& result);
  void cut(StoreTransaction& transaction, const LockedWindow& locked, Acquired& result);
  /// Empty: nothing may be handed out; the result says why.
  std::optional<Cut> read_range(StoreTransaction& transaction,
                                const Window& window,
                                Cutter& cutter,
                                TimedScan& scan,
                                std::optional<Key>& to,
                                Acquired& result);
  /// Further full ranges, for whoever comes next.
  /// They will be about as large as `size`.
  std::vector<NewBatch> plan_ahead(
      const Window& window, int most, std::int64_t size, const Key& after, const Key& to);
  /// How many there should be, where so many are `left`.
  int ranges_ahead(const LockedWindow& locked, int left) const;
  /// How many are still to cut for themselves alone, as a negative number.
  int apart(const LockedWindow& locked) const;
  /// Whether ranges as large as this one are planned ahead at all.
  bool may_plan(std::int64_t size) const;
  AheadIn& ahead() { return impl_.ahead_in[window_id_]; }
  PlannedClaim planned_claim();
  /// The oldest range that was planned ahead, if nothing is due before it.
  std::optional<Batch> take_planned();
  void refill_after(const Batch& taken);
  void refill(StoreTransaction& transaction);
  NewBatch range_of(const Window& window, Cut& cut) const;
  Batch store(StoreTransaction& transaction, const Window& window, NewBatch& made);

  Impl& impl_;
  const std::string name_;
  const AcquireOptions& options_;
  Claim claim_;
  Job job_;  ///< as the window sees it
  std::int64_t window_id_ = 0;
  KnownWindow window_;     ///< what it never changes
  std::int64_t size_ = 0;  ///< of the batch that was taken last
  std::string limits_;     ///< text_of those asked for
  bool busy_ = false;
  int waits_ = 0;
  bool queued_ = false;     ///< others cut from this window at the same time
  bool fast_ = false;       ///< the caller's batches do not last long
  bool patient_ = false;    ///< waits for the window's lock itself
  bool outdated_ = false;   ///< a range was planned ahead that is of no use here
  bool others_ = false;     ///< because somebody with other limits planned it
  bool counted_ = false;    ///< there is room, or no cap
  bool took_back_ = false;  ///< ranges that are still planned ahead are remnants
};

}  // namespace tranche
