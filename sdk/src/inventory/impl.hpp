#pragma once

#include "inventory/cutter.hpp"

#include "tranche/error.hpp"
#include "tranche/exit_policy.hpp"
#include "tranche/inventory.hpp"

#include <map>
#include <memory>
#include <set>
#include <string>

namespace tranche {

struct Inventory::Impl {
  Impl(std::unique_ptr<Store> store_in, SourceOpener opener)
      : store(std::move(store_in)), open_source(std::move(opener)) {}

  /// Runs `work` in one transaction and commits; once more from the start where the database
  /// refused it without effect.
  template <typename Begin, typename Work>
  auto transact(const Begin& begin, const Work& work) {
    const auto begun = std::chrono::steady_clock::now();
    while (true) {
      try {
        const auto transaction = begin();
        if constexpr (std::is_void_v<decltype(work(*transaction))>) {
          work(*transaction);
          transaction->commit();
          return;
        } else {
          auto result = work(*transaction);
          transaction->commit();
          return result;
        }
      } catch (const Error& error) {
        if (error.action() != ErrorAction::retry ||
            std::chrono::steady_clock::now() - begun > kTryFor) {
          throw;
        }
      }
    }
  }
  template <typename Work>
  auto in_transaction(bool write, const Work& work) {
    return transact([&] { return store->begin(write); }, work);
  }
  template <typename Work>
  auto writing(const Work& work) {
    return in_transaction(true, work);
  }
  template <typename Work>
  auto reading(const Work& work) {
    return in_transaction(false, work);
  }

  /// `work` is one statement that writes. Errors: in_doubt from it, too.
  template <typename Work>
  auto writing_once(const Work& work) {
    return transact([this] { return store->begin_single(); }, work);
  }

  Job need_job(StoreTransaction& transaction, const std::string& name) const;
  Window need_window(StoreTransaction& transaction, const Job& job, const std::string& name) const;
  StoredBatch need_batch(std::optional<StoredBatch> found, std::int64_t id) const;
  /// Checks a definition against its database; returns warnings. Without a database (tests'
  /// sources) there is nothing to ask.
  std::function<std::vector<std::string>(JobDefinition&)> inspect = [](JobDefinition&) {
    return std::vector<std::string>();
  };
  /// The same for the filter of a campaign, which stands in place of the definition's.
  std::function<void(const JobDefinition&)> inspect_filter = [](const JobDefinition&) {};
  /// Null where nobody tells.
  std::function<std::unique_ptr<News>(const Job&)> listen = [](const Job&) {
    return std::unique_ptr<News>();
  };
  struct OpenSource {
    std::int64_t version_id = 0;
    std::string filter;  ///< with that of a campaign
    std::unique_ptr<Source> source;
    std::optional<Key> settled;  ///< every key up to here that will ever exist is visible
    std::optional<Key> newest;   ///< the highest visible key at the last look
    std::string server = {};     ///< where `settled` holds
    std::chrono::steady_clock::time_point looked_at = {};
    std::int64_t stretch = 0;  ///< of a TimedScan
  };
  /// The source of a job version, as narrowed() leaves it. Good until others have been asked for;
  /// each holds a connection, so only the last few stay open.
  Source& source_of(const Job& job) { return *open_of(job).source; }
  /// The same for a batch, outside of any transaction.
  Source& source_of(const Batch& batch);
  OpenSource& open_of(const Job& job);
  /// Null where it is not open.
  OpenSource* known_source(std::int64_t version_id, const std::string& filter);
  Job job_of_version(StoreTransaction& transaction, std::int64_t version_id) const;
  /// The version that a batch was cut with, and its filter.
  Job job_of(StoreTransaction& transaction, const Batch& batch) const;

  /// What an acquire may hold, the nearest setting first: the call's, the window's, the job's.
  static Limits limits_for(const AcquireOptions& options, const Window& window, const Job& job);
  /// What the horizon let through at the last look, without asking anybody; empty: nothing, or it
  /// is time to look again.
  std::optional<Key> known_horizon(const Job& job, const Window& window);
  enum class Record { yes, no };
  /// Asks the source and, where keys can become visible out of order, keeps a point of it in the
  /// inventory unless somebody else is at it. Inside a Source::Reading, before the scan. Empty: no
  /// asset may be handed out.
  std::optional<Key> look_at_horizon(StoreTransaction& transaction,
                                     const Job& job,
                                     const Window& window,
                                     Record record);
  /// The two steps of it.
  void look_at_newest(const Job& job);
  std::optional<Key> look_at_writers(StoreTransaction& transaction,
                                     const Job& job,
                                     const Window& window,
                                     Record record);
  /// The same for a question, which must not fail where this role may only read.
  std::optional<Key> ask_horizon(const Job& job, const Window& window);
  Horizon tick(const Job& job);
  class Acquisition;
  /// How many batches of the window may be processed at once.
  static std::optional<std::int64_t> cap_of(const Window& window, const Job& job) {
    return window.max_in_flight ? window.max_in_flight : job.definition.max_in_flight;
  }
  /// Unless ranges are to be as large as the limits allow.
  static std::optional<SizePlan> size_plan(const Window& window, const Limits& limits);
  /// What the end of an attempt tells of how large its window's ranges may be. `held`: the batch as
  /// the attempt had it. The window is locked for it.
  static void learn(StoreTransaction& transaction,
                    const Batch& held,
                    const Batch& ended,
                    const ReleaseRequest& request);
  /// Whether no further batch of the window may be processed now.
  static bool is_full(StoreTransaction& transaction, const Window& window, const Job& job);
  /// One less is processed now: those who follow a window that was full hear of it.
  void tell_of_room(StoreTransaction& transaction, const Batch& ended);
  /// What was planned ahead goes back, as far as nobody held a range behind it; the window's
  /// frontier too. The caller has locked the window.
  static void take_back_planned(StoreTransaction& transaction, Window& window, KeyType type);
  /// Why visible assets of the window wait, for people; empty: none does, or nobody is known to
  /// hold them.
  std::string why_unsettled(const Job& job, const Window& window);

  /// The window of a campaign that is not stored yet. Errors: usage, refused.
  Window define_campaign(const Job& job, const std::string& name, const CampaignOptions& options);
  /// Returns its id. Errors: refused, where the job has one of this name.
  static std::int64_t insert_campaign(StoreTransaction& transaction, const Window& window);
  /// True: by a condition on the assets, not by their keys.
  bool bound_by_time(const Job& job, const TimeBounds& times, Window& window);
  void find_bounds(const Job& job, const CampaignOptions& options, bool by_time, Window& window);
  /// Assets that a campaign has in all.
  std::int64_t count_of(const Job& job, const Window& window);
  /// Adds the assets that no batch holds yet to a backlog. Those behind the horizon are counted,
  /// but not ready.
  void add_fresh(const Job& job, const Window& window, bool closed, Backlog& backlog);
  /// Whether a range, which nobody is about to cut, waits for more assets; time_to_wait().
  bool must_wait(const Job& job, const Window& window, const Limits& limits, const Cut& cut);
  /// The same of the next range of `source`, where no more than so many assets are there for it.
  /// Inside a Source::Reading.
  bool next_must_wait(const Job& job,
                      const Window& window,
                      Source& source,
                      const std::optional<Key>& to,
                      std::int64_t there);
  /// The assets of `source` that the window may hand out; null: all of them. `transaction` null:
  /// one of its own is opened for each look at the inventory.
  std::unique_ptr<Source> missing_in(StoreTransaction* transaction,
                                     const Job& job,
                                     const Window& window,
                                     Source& source);
  /// Hears the ranges that would be cut now, one after the other, until it answers false.
  using OnCut = std::function<bool(const Cut&)>;
  void for_each_cut(const Job& job,
                    const Window& window,
                    const Limits& limits,
                    const std::optional<Key>& to,
                    const OnCut& each);
  /// Adds the ranges that would be cut from there on now, until there are `most`.
  void plan_ranges(const Job& job,
                   const Window& window,
                   const Limits& limits,
                   Position position,
                   const std::optional<Key>& to,
                   std::int64_t most,
                   std::vector<Batch>& planned);

  /// Whether a range holds all that its filter takes between its first and last key: not where a
  /// campaign left out what was done.
  bool is_whole(const Batch& batch);
  /// The assets of a range that is planned, but not cut: no batch holds its keys yet.
  void walk_planned(const Batch& batch, const std::function<void(const Asset&)>& each);
  BatchHistory history_of(StoreTransaction& transaction, const StoredBatch& stored) const;
  bool holds(StoreTransaction& transaction, const StoredBatch& stored, const Key& key) const;

  /// The stored key set of one batch, part by part; `last`: no part follows.
  using ReadKeys = std::function<std::string(std::int64_t part, bool last)>;
  static ReadKeys keys_in(StoreTransaction& transaction, const Batch& batch);
  /// The same in a transaction for each part: none is open meanwhile.
  ReadKeys keys_outside(const Batch& batch);
  static std::vector<Key> straggler_keys(const ReadKeys& read, const Batch& batch);
  /// The assets of a batch's key set that the source has now, in key order. Not inside
  /// a Source::Reading.
  static void walk_assets(const ReadKeys& read_keys,
                          Source& source,
                          const Batch& batch,
                          const std::function<void(const Asset&)>& each);
  /// The lease of the last attempt ended without a release: the job's policy for `exhausted`
  /// decides.
  void lose_last_attempt(StoreTransaction& transaction, const StoredBatch& stored, const Job& job);
  /// Errors: lease_lost.
  Batch release(StoreTransaction& transaction,
                std::int64_t batch_id,
                const std::string& token,
                const ReleaseRequest& request);
  static AttemptEnd success_of(const Batch& held, const ReleaseRequest& request);
  /// The same for a holder who knows the batch: a success takes one statement.
  Batch end_held(StoreTransaction& transaction, const Batch& held, const ReleaseRequest& request);
  /// Returns the batch as it stands then.
  Batch end_attempt(StoreTransaction& transaction,
                    const StoredBatch& stored,
                    const AttemptEnd& end,
                    const ExitAction& action);
  /// A batch of its own for what lies before the key of a straggler batch that a reset cuts in two.
  void keep_before(StoreTransaction& transaction, const StoredBatch& stored, const Key& key);
  /// What the attempt is done with leaves the batch, as succeeded batches of their own; `stored`
  /// becomes what is left. False: nothing would be, and nothing is changed.
  static bool set_aside(StoreTransaction& transaction,
                        Source& source,
                        const ReleaseRequest& request,
                        StoredBatch& stored);
  /// Two halves in place of a batch.
  void split(StoreTransaction& transaction, const StoredBatch& parent);

  static constexpr auto kTryFor = std::chrono::seconds(30);
  std::unique_ptr<Store> store;
  SourceOpener open_source;
  static constexpr std::size_t kMostSources = 4;
  std::vector<OpenSource> sources;  ///< the one used last in front
  std::map<std::string, Job>
      jobs;  ///< as last seen; checked against the inventory's version at each acquire
  /// What a window never changes.
  struct KnownWindow {
    std::int64_t id = 0;
    std::string filter;
    bool only_missing = false;
    bool newest_first = false;
    std::optional<std::int64_t> max_in_flight = std::nullopt;
  };
  static KnownWindow known_part(const Window& window);
  std::map<std::pair<std::int64_t, std::string>, KnownWindow> windows;
  /// What is known of the ranges that are planned ahead in a window.
  struct AheadIn {
    bool any = false;         ///< there were some of late
    bool alone = false;       ///< nobody plans for others here
    int level = 0;            ///< how many there should be
    std::optional<Key> last;  ///< the first key of the one that was taken last: the others follow
    /// When all that is due was looked at, leases that ended included.
    std::chrono::steady_clock::time_point looked_at = {};

    void taken(const Batch& batch) {
      any = true;
      last = batch.first_key;
    }
  };
  std::map<std::int64_t, AheadIn> ahead_in;
};

/// Null where neither database tells. Errors: unreachable.
std::unique_ptr<News> listen_for(const DatabaseUrl& inventory,
                                 const DatabaseUrl& source,
                                 const Job& job);

/// What a batch that is cut now says of its job and window.
void name_origin(Batch& batch, const Job& job, std::int64_t window_id, const std::string& window);

/// The job as a window sees it: with the filter of both.
Job narrowed(Job job, const Window& window);

/// Where a window began, inclusive; empty: at the first asset. A reset moves its lower bound.
std::optional<Key> first_key_of(const Job& job, const Window& window);

/// Empty: a campaign is not bounded by time. Errors: usage.
std::optional<TimeBounds> parse_times(const CampaignOptions& options);

/// Errors: usage.
void check_limits(const Limits& limits);
void check_max_in_flight(const std::optional<std::int64_t>& most);

/// Number of parts in which a batch's keys are stored.
inline std::int64_t key_parts(std::int64_t count) {
  return std::max<std::int64_t>(1, (count + kKeysPerPart - 1) / kKeysPerPart);
}

/// A statement on the source may take this long while others wait for the window.
inline constexpr Duration kLockedTimeout = std::chrono::seconds(2);
/// The same where they do not.
inline constexpr Duration kScanTimeout = std::chrono::seconds(30);
/// Counting a backlog reads all of it, with nobody waiting.
inline constexpr Duration kCountTimeout = std::chrono::hours(1);

}  // namespace tranche
