#pragma once

#include "tranche/audit.hpp"
#include "tranche/coverage.hpp"
#include "tranche/database_url.hpp"
#include "tranche/news.hpp"
#include "tranche/prune.hpp"
#include "tranche/source.hpp"
#include "tranche/store.hpp"
#include "tranche/types.hpp"

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tranche {

/// Which stored batches an acquire takes besides new ranges.
enum class RetryMode {
  first,  ///< failed and lost batches before new ranges
  last,   ///< what was given back, then new ranges, then failed and lost batches
  only,   ///< no new range
  none,   ///< no failed or lost batch; what was given back goes out all the same
};

/// Hears the assets of a range while it is cut, which saves reading them again. begin() starts
/// over: a transaction that the database refused is tried again.
class AssetSink {
 public:
  virtual ~AssetSink() = default;
  virtual void begin() = 0;
  virtual void add(const Asset& asset) = 0;
};

struct AcquireOptions {
  std::string window{kIncremental};
  Limits limits;  ///< for ranges cut by this call; unset: the window's, then the job's
  RetryMode retry = RetryMode::first;
  std::optional<Duration> lease;  ///< unset: the job's, then `default_lease`
  Duration default_lease = kUnattendedLease;
  std::string run_id;
  std::string token;  ///< of the lease; unset: made here. A caller that chose it can ask
                      ///< find_held() after a broken commit
  AssetSink* sink = nullptr;
  /// Where others queue for the window, or batches last less than a second, further full ranges are
  /// cut for whoever acquires next with the same limits: so many at least, always, and at most.
  int least_ahead = 0;
  int most_ahead = std::numeric_limits<int>::max();
  /// The oldest unfinished batch (of a campaign that begins at its end: the newest), or the next
  /// range where there is none; nothing while a batch of
  /// the window is being processed, waits for its next attempt or has failed for good. Of `retry`
  /// only `first` and `only` go with it. Holds for those who ask for it: others take what they
  /// find.
  bool ordered = false;
};

struct Acquired {
  std::optional<Batch> batch;  ///< empty: nothing can be handed out now
  std::string
      note;  ///< where nothing is handed out for a reason a person should hear: "job x is paused"
  Duration lease{};          ///< how long the batch is held
  bool sink_filled = false;  ///< the sink has every asset of the batch
  /// Without a batch: what was read in time had no matching asset, and there is more to read. Asked
  /// again, it goes on from there.
  bool unfinished = false;
  /// Without a batch: what waits for more assets (Limits::min_count) goes out after that all the
  /// same.
  std::optional<Duration> due_in = std::nullopt;
};

struct ReleaseRequest {
  enum class Status { succeeded, failed, returned, not_started } status = Status::succeeded;
  std::optional<int> exit_code = std::nullopt;
  std::optional<int> signal = std::nullopt;
  bool timed_out = false;
  std::string message = {};
  Outputs outputs = {};
  /// Assets that are done although the batch as a whole is not, as a packed key set (KeySetWriter).
  /// They become a succeeded batch of their own; this one keeps its id, its range and the rest.
  /// Where nothing is left, it has succeeded.
  std::vector<std::string> done_keys = {};
};

/// The end of one batch and the next one.
struct Handed {
  Batch released;
  std::optional<Acquired> next;  ///< empty: the acquire failed; by itself it says why
};

/// A batch with its whole history.
struct BatchHistory {
  Batch batch;
  std::vector<Attempt> attempts;  ///< oldest first, the running one included
  bool pruned = false;  ///< the attempts are gone but the last, as far as the batch itself tells it
};

/// Where one asset went.
struct AssetHistory {
  Key key;
  std::optional<std::string> item;  ///< empty: the source has no such asset now
  std::optional<double> weight;
  std::vector<BatchHistory> batches;
};

struct CampaignOptions {
  std::optional<std::string> from;  ///< inclusive; unset: the first key
  std::optional<std::string> to;    ///< inclusive; unset: the newest settled key now
  Limits limits;
  /// Pauses the campaign once so many of its assets have failed for good: a number, or a share of
  /// those that it has when it is created: "5%".
  std::optional<std::string> halt_after = std::nullopt;
  /// So many of its batches are processed at once at most; unset: as many as the job allows.
  std::optional<std::int64_t> max_in_flight = std::nullopt;
  /// An SQL condition as a job's filter is one; assets must match both.
  std::string filter = {};
  /// RFC 3339, or a date in UTC; both inclusive, a date as `to_time` the whole day. By the job's
  /// time column, or its key where that is a time; assets without a time are left out.
  std::optional<std::string> from_time = std::nullopt;
  std::optional<std::string> to_time = std::nullopt;
  /// Only assets that no succeeded batch of the job holds when their range is cut: by its exact
  /// keys, in any window; of this version of the job, where one is named.
  bool only_missing = false;
  std::optional<int> missing_version = std::nullopt;
  /// From the upper bound downwards. It does not reach beyond the newest settled key of now.
  bool newest_first = false;
};
/// Errors: ErrorCode::usage naming what is accepted.
void check_halt_after(const std::string& text);
void check_times(const CampaignOptions& options);

// campaign_plan.hpp
struct CampaignPlan;
struct PlannedRange;
struct Pace;
class PlanListener;

struct OpenOptions {
  std::string schema = "tranche";  ///< PostgreSQL only
  bool create = true;              ///< make the inventory where there is none yet
};

/// tranche's own tables and the state machine on them.
/// Errors:  Error with the codes of error.hpp; a call that throws has changed nothing, unless the
/// code is in_doubt. Threads: one Inventory per thread; any number of processes at once.
class Inventory {
 public:
  static Inventory open(const DatabaseUrl& where, const OpenOptions& options = {});
  /// Over any store and source: tests, and SDK users with a database of their own.
  using SourceOpener = std::function<std::unique_ptr<Source>(const JobDefinition&)>;
  Inventory(std::unique_ptr<Store> store, SourceOpener open_source);
  Inventory(Inventory&&) noexcept;
  Inventory& operator=(Inventory&&) noexcept;
  ~Inventory();

  // Jobs.
  /// Checks the definition against the source. `warnings` are for the person who defines the job.
  Job create_job(const std::string& name,
                 JobDefinition definition,
                 std::vector<std::string>* warnings = nullptr);
  /// Creates or changes, whichever is needed; the same definition again makes no new version.
  Job apply_job(const std::string& name,
                JobDefinition definition,
                std::vector<std::string>* warnings = nullptr);
  Job update_job(const std::string& name,
                 const std::function<void(JobDefinition&)>& change,
                 std::vector<std::string>* warnings = nullptr);
  Job find_job(const std::string& name);
  std::vector<Job> list_jobs();
  /// The job in each of its versions, oldest first.
  std::vector<Job> list_job_versions(const std::string& name);
  /// Resuming also resumes the incremental window where a batch ended in `halt`.
  void pause_job(const std::string& name, bool paused);
  /// The job with its ledger. Errors: refused while a batch is being processed.
  void delete_job(const std::string& name);

  // Campaigns and windows.
  Window create_campaign(const std::string& job,
                         const std::string& name,
                         const CampaignOptions& options);
  /// What create_campaign() would hand out. Changes nothing.
  CampaignPlan plan_campaign(const std::string& job,
                             const std::string& name,
                             const CampaignOptions& options);
  /// The same, told as it is found: memory does not grow with the number of ranges.
  void plan_campaign(const std::string& job,
                     const std::string& name,
                     const CampaignOptions& options,
                     PlanListener& listener);
  /// Creates the campaign with exactly the ranges of the plan, each a batch that waits. Errors:
  /// refused, naming the range, where the source is not what it was.
  Window apply_campaign(const std::string& name, const CampaignPlan& plan);
  /// The same with the ranges of `ranges` in place of the plan's. It tells its argument all of
  /// them, in the order in which they are handed out; it may be asked more than once.
  using TellRanges = std::function<void(const std::function<void(const PlannedRange&)>&)>;
  Window apply_campaign(const std::string& name,
                        const CampaignPlan& plan,
                        const TellRanges& ranges);
  /// How fast the job's newest batches succeeded.
  Pace pace_of(const std::string& job);
  std::vector<Window> list_windows(const std::string& job);
  Window find_window(const std::string& job, const std::string& window);
  void set_window_state(const std::string& job, const std::string& window, WindowState state);

  // The life of a batch.
  Acquired acquire(const std::string& job, const AcquireOptions& options = {});
  /// The batch that a token holds: what an acquire did whose commit is in doubt.
  std::optional<Batch> find_held(const std::string& job,
                                 const std::string& window,
                                 const std::string& token);
  /// Returns the new end of the lease. Errors: lease_lost.
  TimePoint heartbeat(std::int64_t batch_id,
                      const std::string& token,
                      std::optional<Duration> lease = std::nullopt);
  /// Ends the attempt; the job's failure policy decides what follows a failure. The same release
  /// again changes nothing. Errors: lease_lost where somebody else has the batch or an operator
  /// cancelled it.
  Batch release(std::int64_t batch_id, const std::string& token, const ReleaseRequest& request);
  /// release() and acquire() from the same job in one commit, for a loop over many batches. A
  /// failing acquire never undoes the release. Errors: those of release(); in_doubt: ask
  /// find_held() for the token of `options`, and repeat the release.
  Handed release_and_acquire(const Batch& held,
                             const ReleaseRequest& request,
                             const AcquireOptions& options);
  /// Calls `each` with the assets of the batch, exactly those of its key set, in key order. Memory
  /// does not grow with it.
  void for_each_asset(const Batch& batch, const std::function<void(const Asset&)>& each);
  /// Condition in the source's SQL that selects exactly the batch: its range with its filter, or,
  /// of a straggler and of what is left of a batch, the list of keys. Empty where that would be
  /// longer than 1,000.
  std::string range_condition(const Batch& batch);
  /// Where the batch's assets are read.
  SourcePlace place_of(const Batch& batch);
  /// Where the job's assets are read, as a connection to the source tells.
  SourcePlace place_of(const std::string& job);

  /// Looks at the job's source, so that a load that begins later delays only assets newer than now.
  /// Creating a job and every acquire, backlog and plan do the same; programs that wait, and a
  /// schedule for jobs that run seldom, call it in between.
  Horizon tick(const std::string& job);
  /// Whether it matters when the source is looked at: not where all that is visible may be handed
  /// out at once.
  bool needs_looks(const std::string& job);
  /// Hears when it is worth to acquire again, on connections of its own that outlive this
  /// inventory. Null where neither database can tell. A job that is changed to read another table
  /// must be listened for anew. Errors: not_found; unreachable.
  std::unique_ptr<News> listen(const std::string& job);

  // Repairs.
  /// Failed and cancelled batches become available at once, with fresh attempts. Returns them.
  std::vector<Batch> retry(const std::string& job, const std::vector<std::int64_t>& batch_ids);
  std::vector<Batch> retry_all_failed(const std::string& job, const std::string& window);
  /// The incremental window hands out `to_key` next, and all behind it again. Returns the number of
  /// batches superseded.
  std::int64_t reset(const std::string& job, const std::string& to_key);
  std::vector<Batch> cancel(const std::vector<std::int64_t>& batch_ids);

  /// Compares each range behind the window's frontier with the source now, under the filter that it
  /// was cut with. Holds neither database still: it reads some thousand assets at a time.
  /// `each` hears the findings, nearly in key order; memory does not grow with the window.
  /// Errors: refused where the window is reset meanwhile, or a cancelled campaign is to be
  /// repaired.
  AuditTotals audit(const std::string& job,
                    const AuditOptions& options,
                    const std::function<void(const AuditFinding&)>& each);

  // Questions.
  Backlog backlog(const std::string& job, const std::string& window = std::string(kIncremental));
  /// The batches that would be handed out now, one after the other, up to `most`. Changes nothing.
  std::vector<Batch> plan(const std::string& job, const AcquireOptions& options, std::int64_t most);
  void list_batches(const std::string& job,
                    BatchFilter filter,
                    const std::string& window,
                    const std::function<void(const Batch&)>& each);
  BatchHistory find_batch(std::int64_t batch_id);
  AssetHistory find_asset(const std::string& job, const std::string& key);
  /// One history for each asset that carries the item.
  std::vector<AssetHistory> find_item(const std::string& job, const std::string& item);

  /// Calls `each` in key order with what no succeeded batch covers, counted in the source under the
  /// job's filter of now: of one window, or of what any window of the job was made for and none
  /// covers. Bounds: the incremental window's first key to the newest settled one; a campaign's
  /// own; without `window`, of a cancelled campaign only what it handed out. A range covers its
  /// keys, those of assets that came late too (audit() finds them); a straggler batch covers, or
  /// leaves open, exactly its keys; what a reset set free is open.
  void gaps(const std::string& job,
            const std::optional<std::string>& window,
            const std::function<void(const Gap&)>& each);
  /// The same of two jobs: what one covers and the other does not, in key order.
  /// Errors: refused where their keys are of different types.
  void diff(const std::string& job,
            const std::string& with,
            const std::function<void(const Difference&)>& each);

  /// Of every window, for monitors. Cost follows the number of attempts kept.
  std::vector<AttemptTotals> attempt_totals();

  /// What a window is through with; backlog() says what is left. Cost follows the number of its
  /// batches.
  ClosedTotals closed(const std::string& job, const std::string& window);

  // Runs.
  void start_run(const Run& run);
  void finish_run(const std::string& run_id,
                  int exit_status,
                  std::int64_t succeeded,
                  std::int64_t failed);
  /// Adds names that became known while it ran. A value replaces one of the same name where the run
  /// is shown; list_runs() finds it by either. Does nothing where the run is not there.
  void add_identity(const std::string& run_id, const Identity& identity);
  Run find_run(const std::string& run_id);
  /// Newest first, up to `limit` (0: all). `identity`: only those that carry, or carried, each of
  /// its names with that value.
  std::vector<Run> list_runs(const std::optional<std::string>& job,
                             std::int64_t limit,
                             const Identity& identity = {});

  /// Forgets the attempts of batches that ended long ago, and runs that nothing names any more, in
  /// many small transactions: runners go on meanwhile. Batches and their key sets stay, so every
  /// asset's batch, its last run and the backlog are answered as before. Never touched: batches
  /// that are processed or may be again, runs that have not ended. Stopped half-way it has done
  /// half; again it goes on. Errors: not_found for the job.
  Pruned prune(const PruneOptions& options);

  /// The database's clock.
  TimePoint now();
  /// A server that has not answered a statement for so long is taken for gone: unreachable, or
  /// in_doubt. Zero, as at first: never. Does nothing for SQLite.
  void set_patience(Duration patience);
  /// The same for everything that this process asks a PostgreSQL server from now on, or is asking:
  /// for a program that shall end. Any thread.
  static void hurry(Duration patience);

  struct Impl;  ///< what this is made of; for the library itself

 private:
  std::unique_ptr<Impl> impl_;
};

/// What `db status` and `db migrate` say and do.
struct SchemaStatus {
  int version = 0;  ///< 0: no inventory yet
  int newest = 0;   ///< what this program knows
};
SchemaStatus schema_status(const DatabaseUrl& where, const std::string& schema);
/// Returns the versions applied.
std::vector<int> migrate_schema(const DatabaseUrl& where, const std::string& schema);

/// 128 random bits in hexadecimal; a UUID (version 4).
std::string random_token();
std::string random_uuid();

}  // namespace tranche
