#pragma once

#include "tranche/key.hpp"
#include "tranche/units.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The words of tranche as plain values. Times are the inventory database's clock, UTC.
namespace tranche {

inline constexpr int kMostAttempts = 1000;
/// A shorter lease could not be told from a slow commit.
inline constexpr Duration kShortestLease = std::chrono::seconds(1);
inline constexpr Duration kRunnerLease = std::chrono::minutes(5);
/// `acquire` without a runner that could send heartbeats.
inline constexpr Duration kUnattendedLease = std::chrono::hours(24);

/// One row of a source table.
struct Asset {
  Key key;
  std::string item;   ///< the reference; the key's text where the job names no item column
  double weight = 0;  ///< NULL counts as 0; never negative
};

/// Where assets are read, in the names by which other tools know it. Holds no user and no password.
struct SourcePlace {
  std::string host;      ///< of the server, or the folder of its Unix socket; empty: SQLite
  std::string port;      ///< empty: SQLite
  std::string database;  ///< its name; SQLite: its file, absolute
  std::string schema;    ///< the one in which the table was found; empty: SQLite
  std::string table;
};

/// How much one batch may hold, whichever is reached first. A batch holds at least one asset all
/// the same.
struct Limits {
  std::optional<std::int64_t> max_count;  ///< assets, at least 1
  std::optional<double> max_weight;       ///< in the units of the weight column, above 0
  /// A new range goes out once it is full or has so many assets; with fewer once the oldest of them
  /// has waited for `max_wait` (unset: kMaxWait) since it was first seen, or where no more can
  /// come.
  std::optional<std::int64_t> min_count = std::nullopt;  ///< at least 1
  std::optional<Duration> max_wait = std::nullopt;
  /// A range is as large as it may be to take so long, by what was learned of those before it; the
  /// other limits hold all the same.
  std::optional<Duration> target_duration = std::nullopt;
};
inline constexpr Duration kMaxWait = std::chrono::hours(1);
inline constexpr Duration kShortestTarget = std::chrono::seconds(1);

/// How far the order of keys is the order in which assets become visible.
enum class KeyOrder {
  proved,  ///< given by the database inside the writing transaction: nothing can appear behind the
           ///< frontier unseen
  unproved,  ///< anything else: what comes late is found by audit
};

/// How the wait before a retry grows from one failure of a batch to the next.
enum class RetryBackoff {
  constant,     ///< always the retry delay
  exponential,  ///< twice as long each time up to a longest, and up to a quarter more: batches that
                ///< failed together do not come back together
};
std::string_view to_string(RetryBackoff backoff);

/// What a job processes and how. Every change makes a new version; a batch keeps the version it was
/// cut with.
struct JobDefinition {
  std::string source;  ///< database URL; empty: the inventory's own database
  std::string table;   ///< [SCHEMA.]TABLE
  std::string key_column;
  std::optional<std::string> item_column;
  std::optional<std::string> weight_column;
  std::optional<std::string> time_column;  ///< for the age of the backlog where the key is no time
  std::string filter;  ///< an SQL condition on the table's columns; empty: every asset
  Limits limits;
  std::optional<std::int64_t> max_in_flight;  ///< batches of a window processed at once, at least 1
  int max_attempts = 3;
  Duration retry_delay = std::chrono::seconds(30);
  RetryBackoff retry_backoff = RetryBackoff::constant;
  Duration max_retry_delay = std::chrono::hours(1);  ///< where it grows
  std::string on_exit = "*=retry";                   ///< failure policy; see exit_policy.hpp
  std::optional<Duration> lease;                     ///< unset: 5 min under a runner, 24 h without
  std::optional<std::string> start_key;              ///< first key to hand out, inclusive
  Duration settle{};  ///< extra delay for keys chosen long before their insert
  bool assume_unique =
      false;  ///< no unique index proves the key: neighbours are checked as they are read
  bool unstable_filter = false;  ///< the filter may use clocks and other tables

  // Found out from the source when the job is defined.
  KeyType key_type = KeyType::integer;
  bool key_is_time = false;
  KeyOrder key_order = KeyOrder::unproved;
  std::string key_order_reason;
};

struct Job {
  std::int64_t id = 0;
  std::string name;
  bool paused = false;
  int version = 0;              ///< counts from 1
  std::int64_t version_id = 0;  ///< the inventory's id of this version
  JobDefinition definition;
  TimePoint created_at;
  TimePoint updated_at;
};

enum class WindowKind { incremental, campaign };
enum class WindowState { active, paused, cancelled };

/// Name of the window without an upper bound that every job has.
inline constexpr std::string_view kIncremental = "incremental";

/// A cursor over a job's assets.
struct Window {
  std::int64_t id = 0;
  std::int64_t job_id = 0;
  std::string name;
  WindowKind kind = WindowKind::incremental;
  WindowState state = WindowState::active;
  std::string state_reason;     ///< why it was paused, where tranche did it
  std::optional<Key> lower;     ///< inclusive
  std::optional<Key> upper;     ///< inclusive
  std::optional<Key> frontier;  ///< the last key handed out or scanned past; empty: nothing yet
  Limits limits;                ///< a campaign's own, over the job's
  int generation = 0;           ///< counts resets
  std::optional<std::int64_t> max_in_flight;  ///< a campaign's own, over the job's
  TimePoint created_at;
  /// The oldest asset that was seen to wait for more, and when; that of a range that has gone out
  /// since stays.
  std::optional<Key> waiting_key;
  std::optional<TimePoint> waiting_since;
  std::string learned;  ///< of how long its batches take (sizing/sizer.hpp); empty: nothing yet
  /// So many assets that have failed for good pause it; `halt_after` is what was asked for: "5%".
  std::optional<std::int64_t> halt_count;
  std::string halt_after;
  // Of a campaign.
  std::string filter;         ///< narrows it further than the job's filter; empty: it does not
  bool only_missing = false;  ///< it hands out only assets that no succeeded batch of the job holds
  std::optional<int> missing_version;  ///< of the job: only its batches count for that
  bool newest_first = false;  ///< from the upper bound downwards; the frontier is the lowest key
                              ///< handed out or scanned past
};

enum class BatchStatus { planned, processing, succeeded, failed, cancelled };
std::string_view to_string(BatchStatus status);
/// Errors: ErrorCode::usage naming what is accepted.
BatchStatus batch_status_from_string(std::string_view name);

/// How an attempt ended.
enum class Outcome {
  succeeded,
  failed,
  timeout,      ///< ran past its time limit
  lost,         ///< its lease ended and somebody else took the batch over
  returned,     ///< given back; the attempt does not count
  not_started,  ///< the command could not be executed; does not count
  snoozed,      ///< by the failure policy; does not count
  skipped,      ///< by the failure policy; the batch counts as succeeded
  split,        ///< by the failure policy; two halves go on
  cancelled,    ///< by an operator
};
std::string_view to_string(Outcome outcome);
Outcome outcome_from_string(std::string_view name);

/// name=value pairs that a command reported, in the order of their names.
using Outputs = std::map<std::string, std::string>;

/// One processing of a batch that has ended.
struct Attempt {
  int attempt = 0;  ///< counts from 1; repeats after an attempt that did not count
  std::string run_id;
  TimePoint started_at;
  std::optional<TimePoint> ended_at;
  std::optional<Outcome> outcome;  ///< empty while it is running
  std::optional<int> exit_code;
  std::optional<int> signal;
  std::string message;
  Outputs outputs;
};

/// Bounds of the durations that attempts are counted by.
inline constexpr std::array<Duration, 10> kDurationBounds{std::chrono::seconds(1),
                                                          std::chrono::seconds(5),
                                                          std::chrono::seconds(15),
                                                          std::chrono::minutes(1),
                                                          std::chrono::minutes(5),
                                                          std::chrono::minutes(15),
                                                          std::chrono::minutes(30),
                                                          std::chrono::hours(1),
                                                          std::chrono::hours(4),
                                                          std::chrono::hours(12)};

/// The ended attempts of a window with one outcome, those that a prune forgot left out.
struct AttemptTotals {
  std::string job;
  std::string window;
  Outcome outcome = Outcome::succeeded;
  std::int64_t attempts = 0;
  double seconds = 0;                                         ///< of all of them
  std::array<std::int64_t, kDurationBounds.size()> within{};  ///< that took up to each bound
};

/// A consecutive range of a window, or a list of assets that came late to ranges handed out before,
/// with the attempt that holds or held it last.
struct Batch {
  std::int64_t id = 0;  ///< 0: planned by Inventory::plan and not stored
  std::int64_t job_id = 0;
  std::int64_t window_id = 0;
  std::int64_t version_id = 0;
  std::string job;
  std::string window;
  std::optional<Key> first_key;
  std::optional<Key> last_key;
  std::int64_t count = 0;
  double weight = 0;
  /// Assets that earlier attempts were done with although the batch as a whole failed: they are in
  /// succeeded batches of their own, its children. Count, weight and keys are of what is left.
  std::int64_t done_count = 0;
  std::string size_reason;  ///< why it was cut as large as it was; empty: by fixed limits
  BatchStatus status = BatchStatus::planned;
  bool exhausted = false;   ///< failed for good
  bool skipped = false;     ///< succeeded by the failure policy alone
  bool superseded = false;  ///< a split or a reset put other batches in its place
  bool straggler = false;   ///< its keys are a list, between those of other batches: no range
  int attempt = 0;          ///< attempts begun that count
  int max_attempts = 0;
  std::string token;  ///< fences the holder; empty before the first attempt
  std::optional<TimePoint>
      available_at;  ///< processing: end of the lease; failed: when it may be retried
  std::optional<TimePoint> acquired_at;
  std::optional<TimePoint> released_at;
  std::string run_id;
  std::optional<int> exit_code;
  std::string message;
  Outputs outputs;
  std::optional<std::int64_t> parent_id;
  std::vector<std::int64_t> children;  ///< halves, where it was split, and what was done before

  // Of the job version that it was cut with.
  std::string table;
  std::string key_column;
  std::string filter;  ///< with that of its campaign
};

/// The orchestrator's own names for a run: dag_id, pod_name, ...
using Identity = std::map<std::string, std::string>;

/// One invocation of the runner, or of `acquire` without one.
struct Run {
  std::string id;  ///< UUID, made by the caller
  std::string job;
  std::string window;
  std::string host;
  std::string boot_id;
  std::int64_t pid = 0;
  std::string user;
  std::vector<std::string> command;  ///< passwords already replaced
  Identity identity;
  std::string version;  ///< of tranche
  TimePoint started_at;
  std::optional<TimePoint> ended_at;
  std::optional<int> exit_status;
  std::int64_t succeeded = 0;
  std::int64_t failed = 0;
};

/// Who writes to a source, for people.
struct Writer {
  std::optional<std::int64_t> pid;  ///< empty: a prepared transaction
  std::string
      name;  ///< the application, or the prepared transaction's; empty: this role may not see it
  std::optional<double> age_seconds;  ///< of the transaction
};

/// How far a job's assets may be handed out.
struct Horizon {
  std::optional<Key> newest;    ///< the highest visible key; empty: no asset
  std::optional<Key> settled;   ///< every key up to here that will ever exist is visible
  std::vector<Writer> writers;  ///< whose transactions the assets between wait for, up to 10
};

/// What waits, runs and failed in a window.
struct Backlog {
  std::string job;
  std::string window;
  std::int64_t count = 0;  ///< assets in no succeeded batch
  double weight = 0;
  std::optional<Key> first_key;
  std::optional<Key> last_key;
  std::optional<double> oldest_age_seconds;
  std::int64_t processing = 0;  ///< batches
  std::int64_t failed = 0;      ///< batches waiting for a retry
  std::int64_t exhausted = 0;   ///< batches without attempts left
  std::int64_t cancelled = 0;   ///< batches set aside by an operator
  std::int64_t ready = 0;       ///< assets that can be handed out now
  std::int64_t unsettled = 0;   ///< visible assets behind the horizon; counted nowhere else
  std::vector<Writer> writers;  ///< whose transactions they wait for, the longest first, up to 10
};

/// What a window is through with: batches that ended for good, those left out that a split or a
/// reset put others in the place of.
struct ClosedTotals {
  std::int64_t count = 0;  ///< assets in succeeded batches
  double weight = 0;
  std::int64_t given_up_count = 0;  ///< in exhausted and cancelled ones; backlog counts them too
  double given_up_weight = 0;
};

}  // namespace tranche
