#include "support/memory_store.hpp"

#include "tranche/error.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>

namespace tranche::test {

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
  std::optional<Job> find_job(std::string_view name) override {
    for (const auto& [id, job] : state_.jobs) {
      if (job.name == name) {
        return job_at(job.version_id);
      }
    }
    return std::nullopt;
  }
  std::optional<Job> find_job_version(std::int64_t version_id) override {
    return state_.versions.contains(version_id) ? std::optional(job_at(version_id)) : std::nullopt;
  }
  std::vector<Job> list_jobs() override {
    std::vector<Job> jobs;
    for (const auto& [id, job] : state_.jobs) {
      jobs.push_back(job_at(job.version_id));
    }
    std::sort(jobs.begin(), jobs.end(), [](const Job& a, const Job& b) { return a.name < b.name; });
    return jobs;
  }
  std::vector<Job> list_job_versions(std::int64_t job_id) override {
    std::vector<Job> versions;
    for (const auto& [id, version] : state_.versions) {
      if (version.job_id == job_id) {
        versions.push_back(job_at(id));
      }
    }
    return versions;
  }
  std::int64_t insert_job(std::string_view name) override {
    if (find_job(name)) {
      throw Error(ErrorCode::refused, "a job named '" + std::string(name) + "' exists already");
    }
    Job job;
    job.id = ++state_.last_job;
    job.name = name;
    job.created_at = job.updated_at = now();
    state_.jobs[job.id] = job;
    return job.id;
  }
  std::int64_t insert_job_version(std::int64_t job_id,
                                  int number,
                                  const JobDefinition& definition) override {
    const std::int64_t id = ++state_.last_version;
    state_.versions[id] = {job_id, number, definition};
    state_.jobs.at(job_id).version_id = id;
    state_.jobs.at(job_id).updated_at = now();
    return id;
  }
  void update_job_paused(std::int64_t job_id, bool paused) override {
    state_.jobs.at(job_id).paused = paused;
    state_.jobs.at(job_id).updated_at = now();
  }
  void lock_job(std::int64_t) override {}
  std::string read_horizon(std::int64_t job_id) override { return state_.horizons[job_id]; }
  std::optional<std::string> lock_horizon(std::int64_t job_id) override {
    return state_.horizons[job_id];
  }
  void write_horizon(std::int64_t job_id, std::string_view points) override {
    state_.horizons[job_id] = points;
  }
  void delete_job(std::int64_t job_id) override {
    const auto in_job = [&](std::int64_t window_id) {
      return state_.windows.at(window_id).job_id == job_id;
    };
    const auto batch_in_job = [&](std::int64_t batch_id) {
      return in_job(state_.batches.at(batch_id).stored.batch.window_id);
    };
    std::erase_if(state_.attempts, [&](const auto& row) { return batch_in_job(row.batch_id); });
    std::erase_if(state_.parts, [&](const auto& part) { return batch_in_job(part.first.first); });
    std::erase_if(state_.batches,
                  [&](const auto& row) { return in_job(row.second.stored.batch.window_id); });
    std::erase_if(state_.runs, [&](const auto& row) { return row.second.job_id == job_id; });
    std::erase_if(state_.windows, [&](const auto& row) { return row.second.job_id == job_id; });
    std::erase_if(state_.versions, [&](const auto& row) { return row.second.job_id == job_id; });
    state_.jobs.erase(job_id);
  }

  // Windows.
  std::int64_t insert_window(const Window& window) override {
    if (find_window(window.job_id, window.name, KeyType::integer)) {
      throw Error(ErrorCode::refused, "the job has a campaign named '" + window.name + "' already");
    }
    Window made = window;
    made.id = ++state_.last_window;
    made.created_at = now();
    state_.windows[made.id] = made;
    return made.id;
  }
  std::optional<Window> find_window(std::int64_t job_id, std::string_view name, KeyType) override {
    for (const auto& [id, window] : state_.windows) {
      if (window.job_id == job_id && window.name == name) {
        return window;
      }
    }
    return std::nullopt;
  }
  std::vector<Window> list_windows(std::int64_t job_id, KeyType) override {
    std::vector<Window> windows;
    for (const auto& [id, window] : state_.windows) {
      if (window.job_id == job_id) {
        windows.push_back(window);
      }
    }
    return windows;
  }
  std::optional<LockedWindow> lock_window(std::int64_t window_id, KeyType) override {
    const auto found = state_.windows.find(window_id);
    if (found == state_.windows.end()) {
      return std::nullopt;
    }
    const Job& job = state_.jobs.at(found->second.job_id);
    const auto& [planned, when] = state_.planned[window_id];
    const bool recent = when >= now() - std::chrono::seconds(1);
    return LockedWindow{found->second, job.version_id, job.paused, recent ? planned : 0};
  }
  void move_frontier(std::int64_t window_id,
                     const std::optional<Key>& frontier,
                     int planned) override {
    state_.windows.at(window_id).frontier = frontier;
    state_.planned[window_id] = {planned, now()};
  }
  void set_window_state(std::int64_t window_id,
                        WindowState state,
                        std::string_view reason) override {
    state_.windows.at(window_id).state = state;
    state_.windows.at(window_id).state_reason = reason;
  }
  void rewind_window(std::int64_t window_id, const std::optional<Key>& lower) override {
    Window& window = state_.windows.at(window_id);
    window.lower = lower;
    window.frontier.reset();
    ++window.generation;
  }

  // Batches.
  std::optional<StoredBatch> take_due_batch(std::int64_t window_id,
                                            KeyType,
                                            const DueBatches& wanted) override {
    if (!state_.windows.contains(window_id)) {
      return std::nullopt;
    }
    const Window& window = state_.windows.at(window_id);
    if (window.state != WindowState::active || state_.jobs.at(window.job_id).paused) {
      return std::nullopt;
    }
    for (StoredBatch& stored : open_batches(window_id)) {
      const Batch& batch = stored.batch;
      if (*batch.available_at <= now() &&
          (wanted.retries || batch.status == BatchStatus::planned) &&
          (wanted.ahead || !stored.ahead)) {
        if (stored.ahead) {
          stored.ahead->stale = state_.batches.at(batch.id).created_at < now() - kPlansHold;
        }
        return std::move(stored);
      }
    }
    return std::nullopt;
  }
  std::int64_t reserve_batch_id() override { return ++state_.last_batch; }
  void insert_batch_keys(std::int64_t batch_id, int part, const std::string& keys) override {
    state_.parts[{batch_id, part}] = keys;
  }
  Batch insert_batch(const NewBatch& made, const Claim* claim) override {
    MemoryState::BatchRow row;
    Batch& batch = row.stored.batch;
    batch.id = made.id == 0 ? reserve_batch_id() : made.id;
    batch.window_id = made.window_id;
    batch.version_id = made.version_id;
    batch.parent_id = made.parent_id;
    batch.first_key = made.first_key;
    batch.last_key = made.last_key;
    batch.count = made.count;
    batch.weight = made.weight;
    batch.max_attempts = made.max_attempts;
    batch.straggler = made.straggler;
    batch.available_at = TimePoint();
    row.stored.generation = made.generation;
    row.stored.digest = made.digest;
    row.stored.ahead = made.ahead;
    row.last_part = made.last_part;
    row.created_at = now();
    if (claim != nullptr) {
      hold(row.stored, 1, *claim);
    }
    if (made.frontier) {
      move_frontier(made.window_id, made.frontier, made.leads);
    }
    state_.batches[batch.id] = row;
    return batch;
  }
  std::int64_t count_planned(std::int64_t window_id) override {
    const auto open = open_batches(window_id);
    return std::count_if(open.begin(), open.end(), [](const StoredBatch& stored) {
      return stored.ahead.has_value();
    });
  }
  std::optional<PlannedAhead> take_back_planned(const Window& window, KeyType) override {
    const auto is_open = [&](const StoredBatch& stored) {
      return stored.ahead && stored.batch.available_at;
    };
    std::optional<Key> newest;
    for (const auto& [id, row] : state_.batches) {
      if (is_cut(row.stored.batch, window.id) && row.stored.generation == window.generation &&
          !is_open(row.stored)) {
        newest =
            newest ? std::max(*newest, *row.stored.batch.first_key) : row.stored.batch.first_key;
      }
    }
    std::optional<PlannedAhead> first;
    for (const StoredBatch& stored : open_batches(window.id)) {
      if (is_open(stored) && stored.generation == window.generation &&
          (!newest || *newest < *stored.batch.first_key)) {
        first = first ? first : stored.ahead;
        delete_batch(stored.batch.id);
      }
    }
    return first;
  }
  void delete_batch(std::int64_t batch_id) override { state_.batches.erase(batch_id); }
  Batch claim_batch(const StoredBatch& stored,
                    int attempt,
                    int max_attempts,
                    const Claim& claim) override {
    StoredBatch& row = row_of(stored.batch.id);
    hold(row, attempt, claim);
    row.batch.max_attempts = max_attempts;
    row.batch.released_at.reset();
    row.batch.exit_code.reset();
    row.batch.message.clear();
    row.batch.outputs.clear();
    return with_names(row).batch;
  }
  std::optional<StoredBatch> lock_batch(std::int64_t batch_id) override {
    return find_batch(batch_id);
  }
  std::int64_t lock_unfinished_batches(std::int64_t) override { return 0; }
  std::optional<StoredBatch> find_batch(std::int64_t batch_id) override {
    const auto found = state_.batches.find(batch_id);
    return found == state_.batches.end() ? std::nullopt
                                         : std::optional(with_names(found->second.stored));
  }
  std::optional<TimePoint> extend_lease(std::int64_t batch_id,
                                        std::string_view token,
                                        std::optional<Duration> lease) override {
    const auto found = state_.batches.find(batch_id);
    if (found == state_.batches.end()) {
      return std::nullopt;
    }
    StoredBatch& row = found->second.stored;
    if (row.batch.token != token || row.batch.status != BatchStatus::processing) {
      return std::nullopt;
    }
    row.batch.available_at = now() + lease.value_or(row.lease);
    return row.batch.available_at;
  }
  void end_attempt(const StoredBatch& stored, const AttemptEnd& end) override {
    Batch& batch = row_of(stored.batch.id).batch;
    Attempt attempt;
    attempt.attempt = batch.attempt;
    attempt.run_id = batch.run_id;
    attempt.started_at = batch.acquired_at.value_or(TimePoint());
    attempt.ended_at = now();
    attempt.outcome = end.outcome;
    attempt.exit_code = end.exit_code;
    attempt.signal = end.signal;
    attempt.message = end.message;
    attempt.outputs = end.outputs;
    state_.attempts.push_back({batch.id, attempt, ++state_.last_attempt});
    batch.status = end.status;
    batch.exhausted = end.exhausted;
    batch.skipped = end.skipped;
    if (end.superseded) {
      row_of(batch.id).superseded_from = batch.first_key;
    }
    batch.attempt = end.attempt;
    batch.available_at.reset();
    if (end.available_after) {
      batch.available_at = now() + *end.available_after;
    }
    batch.released_at = now();
    batch.exit_code = end.exit_code;
    batch.message = end.message;
    batch.outputs = end.outputs;
  }
  void set_batch_state(std::int64_t batch_id,
                       BatchStatus status,
                       bool exhausted,
                       int attempt,
                       bool available) override {
    Batch& batch = row_of(batch_id).batch;
    batch.status = status;
    batch.exhausted = exhausted;
    batch.attempt = attempt;
    batch.available_at = available ? std::optional(now()) : std::nullopt;
    row_of(batch_id).ahead.reset();
  }
  void supersede_from(std::int64_t window_id, const Key& from) override {
    for (auto& [id, row] : state_.batches) {
      Batch& batch = row.stored.batch;
      if (batch.window_id == window_id && lives_from(row.stored, from)) {
        row.stored.superseded_from = std::max(*batch.first_key, from);
        batch.available_at.reset();
        const bool open =
            batch.status == BatchStatus::planned || batch.status == BatchStatus::failed;
        batch.status = open ? BatchStatus::cancelled : batch.status;
      }
    }
  }
  std::vector<StoredBatch> batches_from(std::int64_t window_id, const Key& from) override {
    return batches_where([&](const StoredBatch& stored) {
      return stored.batch.window_id == window_id && lives_from(stored, from);
    });
  }

  // Questions.
  void list_batches(const BatchFilter& filter,
                    const std::function<void(const Batch&)>& each) override {
    auto found = batches_where([&](const StoredBatch& stored) {
      const Batch& batch = stored.batch;
      return batch.job_id == filter.job_id &&
             (!stored.ahead || filter.status == BatchStatus::planned) &&
             (filter.window_id == 0 || batch.window_id == filter.window_id) &&
             (!filter.status || batch.status == *filter.status) &&
             (!filter.since || (batch.acquired_at && *batch.acquired_at >= *filter.since)) &&
             (filter.run_id.empty() || batch.run_id == filter.run_id);
    });
    std::sort(found.begin(), found.end(), [&](const StoredBatch& a, const StoredBatch& b) {
      const bool by_time = filter.since && a.batch.acquired_at != b.batch.acquired_at;
      return by_time ? a.batch.acquired_at > b.batch.acquired_at : a.batch.id > b.batch.id;
    });
    std::int64_t left = filter.limit == 0 ? -1 : filter.limit;
    for (auto next = found.begin(); next != found.end() && left != 0; ++next, --left) {
      each(next->batch);
    }
  }
  std::vector<StoredBatch> open_batches(std::int64_t window_id) override {
    return batches_where([&](const StoredBatch& stored) {
      return stored.batch.window_id == window_id && stored.batch.available_at;
    });
  }
  std::vector<StoredBatch> batches_around(std::int64_t job_id, const Key& key) override {
    auto around = batches_where([&](const StoredBatch& stored) {
      return stored.batch.job_id == job_id && *stored.batch.first_key <= key &&
             key <= *stored.batch.last_key;
    });
    std::sort(around.begin(), around.end(), [](const StoredBatch& a, const StoredBatch& b) {
      return a.batch.id < b.batch.id;
    });
    return around;
  }
  std::vector<Attempt> list_attempts(std::int64_t batch_id) override {
    std::vector<Attempt> attempts;
    for (const auto& row : state_.attempts) {
      if (row.batch_id == batch_id) {
        attempts.push_back(row.attempt);
      }
    }
    return attempts;
  }
  std::vector<AttemptTotals> attempt_totals() override {
    std::map<std::pair<std::int64_t, Outcome>, AttemptTotals> totals;
    for (const auto& row : state_.attempts) {
      const Batch& batch = state_.batches.at(row.batch_id).stored.batch;
      const Window& window = state_.windows.at(batch.window_id);
      AttemptTotals& one = totals[{window.id, *row.attempt.outcome}];
      one.job = state_.jobs.at(window.job_id).name;
      one.window = window.name;
      one.outcome = *row.attempt.outcome;
      const Duration took = *row.attempt.ended_at - row.attempt.started_at;
      ++one.attempts;
      one.seconds += static_cast<double>(took.count()) / 1000;
      for (std::size_t i = 0; i < kDurationBounds.size(); ++i) {
        one.within[i] += took <= kDurationBounds[i] ? 1 : 0;
      }
    }
    std::vector<AttemptTotals> all;
    for (auto& [key, one] : totals) {
      all.push_back(std::move(one));
    }
    return all;
  }
  std::vector<std::int64_t> list_children(std::int64_t batch_id) override {
    std::vector<std::int64_t> ids;
    for (const StoredBatch& stored : batches_where(
             [&](const StoredBatch& child) { return child.batch.parent_id == batch_id; })) {
      ids.push_back(stored.batch.id);
    }
    return ids;
  }
  std::string read_key_part(std::int64_t batch_id, std::int64_t part, bool last) override {
    return last ? state_.batches.at(batch_id).last_part : state_.parts.at({batch_id, part});
  }
  std::vector<LedgerBatch> ledger_batches(std::int64_t window_id,
                                          int generation,
                                          const std::optional<Key>& after,
                                          const Key& to,
                                          std::int64_t limit) override {
    std::set<std::int64_t> family;
    std::vector<LedgerBatch> found;
    for (const StoredBatch& root : batches_where([&](const StoredBatch& stored) {
           const Batch& batch = stored.batch;
           return batch.window_id == window_id && stored.generation == generation &&
                  !batch.parent_id && !batch.straggler && (!after || *after < *batch.first_key) &&
                  *batch.first_key <= to;
         })) {
      if (static_cast<std::int64_t>(family.size()) < limit) {
        family.insert(root.batch.id);
      }
    }
    // A child's id is above its parent's.
    for (const auto& [id, row] : state_.batches) {
      const auto& parent = row.stored.batch.parent_id;
      if (parent && family.contains(*parent)) {
        family.insert(id);
      }
    }
    for (StoredBatch& stored : batches_where(
             [&](const StoredBatch& member) { return family.contains(member.batch.id); })) {
      found.push_back({std::move(stored), {}});
    }
    return found;
  }
  std::vector<StoredBatch> live_stragglers(std::int64_t window_id,
                                           const std::optional<Key>& from,
                                           const Key& to) override {
    return batches_where([&](const StoredBatch& stored) {
      const Batch& batch = stored.batch;
      return batch.window_id == window_id && batch.straggler && !batch.superseded &&
             *batch.first_key <= to && (!from || *from <= *batch.last_key);
    });
  }
  std::int64_t newest_range(std::int64_t window_id) override {
    std::int64_t newest = 0;
    for (const auto& [id, row] : state_.batches) {
      newest = is_cut(row.stored.batch, window_id) ? id : newest;
    }
    return newest;
  }
  std::optional<Key> lowest_range_since(std::int64_t window_id,
                                        std::int64_t batch_id,
                                        KeyType) override {
    const auto since = batches_where([&](const StoredBatch& stored) {
      return is_cut(stored.batch, window_id) && stored.batch.id > batch_id;
    });
    return since.empty() ? std::nullopt : since.front().batch.first_key;
  }
  OpenTotals open_totals(std::int64_t window_id, KeyType) override {
    OpenTotals totals;
    for (const auto& [id, row] : state_.batches) {
      const Batch& batch = row.stored.batch;
      if (batch.window_id != window_id || row.stored.superseded_from ||
          batch.status == BatchStatus::succeeded) {
        continue;
      }
      totals.count += batch.count;
      totals.weight += batch.weight;
      totals.first_key = std::min(totals.first_key.value_or(*batch.first_key), *batch.first_key);
      totals.last_key = std::max(totals.last_key.value_or(*batch.last_key), *batch.last_key);
      totals.processing += batch.status == BatchStatus::processing ? 1 : 0;
      totals.failed += batch.status == BatchStatus::failed && !batch.exhausted ? 1 : 0;
      totals.exhausted += batch.status == BatchStatus::failed && batch.exhausted ? 1 : 0;
      totals.cancelled += batch.status == BatchStatus::cancelled ? 1 : 0;
      totals.due += batch.available_at && *batch.available_at <= now() ? batch.count : 0;
    }
    return totals;
  }
  bool has_batches(std::int64_t job_id) override {
    return !batches_where([&](const StoredBatch& stored) {
              return stored.batch.job_id == job_id;
            }).empty();
  }

  // Runs.
  void insert_run(const Run& run, std::int64_t job_id, std::int64_t) override {
    Run made = run;
    made.started_at = now();
    state_.runs[run.id] = {job_id, made};
  }
  void finish_run(std::string_view run_id,
                  int exit_status,
                  std::int64_t succeeded,
                  std::int64_t failed) override {
    const auto found = state_.runs.find(std::string(run_id));
    if (found != state_.runs.end()) {
      Run& run = found->second.run;
      run.ended_at = now();
      run.exit_status = exit_status;
      run.succeeded = succeeded;
      run.failed = failed;
    }
  }
  std::optional<Run> find_run(std::string_view run_id) override {
    const auto found = state_.runs.find(std::string(run_id));
    return found == state_.runs.end() ? std::nullopt : std::optional(found->second.run);
  }
  std::vector<Run> list_runs(std::optional<std::int64_t> job_id,
                             const Identity& identity,
                             std::int64_t limit) override {
    std::vector<Run> runs;
    for (const auto& [id, row] : state_.runs) {
      const Identity& own = row.run.identity;
      const bool same = std::all_of(identity.begin(), identity.end(), [&](const auto& wanted) {
        const auto found = own.find(wanted.first);
        return found != own.end() && found->second == wanted.second;
      });
      if (same && (!job_id || row.job_id == *job_id)) {
        runs.push_back(row.run);
      }
    }
    std::stable_sort(runs.begin(), runs.end(), [](const Run& a, const Run& b) {
      return a.started_at > b.started_at;
    });
    if (limit > 0 && static_cast<std::int64_t>(runs.size()) > limit) {
      runs.resize(static_cast<std::size_t>(limit));
    }
    return runs;
  }

  // Pruning.
  std::optional<std::int64_t> attempts_until(std::int64_t after,
                                             std::int64_t most,
                                             TimePoint before) override {
    std::optional<std::int64_t> last;
    bool old = false;
    for (const auto& row : state_.attempts) {
      if (row.id > after && most-- > 0) {
        last = row.id;
        old = old || *row.attempt.ended_at < before;
      }
    }
    return old ? last : std::nullopt;
  }
  std::vector<PrunedAttempt> prunable_attempts(const PruneFilter& filter,
                                               std::int64_t after,
                                               std::int64_t until) override {
    std::vector<PrunedAttempt> found;
    for (const auto& row : state_.attempts) {
      const Batch batch = find_batch(row.batch_id)->batch;
      const bool ended =
          batch.status != BatchStatus::processing && !batch.available_at && batch.released_at;
      if (row.id > after && row.id <= until && ended && *batch.released_at < filter.before &&
          (!filter.job_id || batch.job_id == *filter.job_id)) {
        found.push_back({row.id,
                         batch.id,
                         batch.job,
                         batch.window,
                         batch.first_key,
                         batch.last_key,
                         row.attempt});
      }
    }
    return found;
  }
  std::int64_t delete_attempts(const std::vector<PrunedAttempt>& attempts) override {
    return static_cast<std::int64_t>(std::erase_if(state_.attempts, [&](const auto& row) {
      return std::any_of(attempts.begin(), attempts.end(), [&](const PrunedAttempt& gone) {
        return gone.id == row.id;
      });
    }));
  }
  std::optional<RunMark> runs_until(const RunMark& after,
                                    std::int64_t most,
                                    TimePoint before) override {
    const auto runs = runs_between(after, {before, ""});
    if (runs.empty()) {
      return std::nullopt;
    }
    const Run& last = runs[std::min(runs.size(), static_cast<std::size_t>(most)) - 1];
    return RunMark{last.started_at, last.id};
  }
  std::vector<Run> prunable_runs(const PruneFilter& filter,
                                 const RunMark& after,
                                 const RunMark& until) override {
    std::vector<Run> runs = runs_between(after, until);
    std::erase_if(runs, [&](const Run& run) {
      const bool other = filter.job_id && state_.runs.at(run.id).job_id != *filter.job_id;
      return other || !run.ended_at || *run.ended_at >= filter.before || is_named(run.id);
    });
    return runs;
  }
  std::int64_t delete_runs(const std::vector<Run>& runs) override {
    std::int64_t gone = 0;
    for (const Run& run : runs) {
      gone += static_cast<std::int64_t>(state_.runs.erase(run.id));
    }
    return gone;
  }

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
           (!stored.superseded_from || *stored.superseded_from > from);
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
    batch.job_id = job.id;
    batch.job = job.name;
    batch.window = window.name;
    batch.table = definition.table;
    batch.key_column = definition.key_column;
    batch.filter = definition.filter;
    batch.superseded = stored.superseded_from && *stored.superseded_from <= *batch.first_key;
    stored.current_version_id = job.version_id;
    return stored;
  }
  /// In key order.
  template <typename Wanted>
  std::vector<StoredBatch> batches_where(const Wanted& wanted) const {
    std::vector<StoredBatch> found;
    for (const auto& [id, row] : state_.batches) {
      StoredBatch stored = with_names(row.stored);
      if (wanted(stored)) {
        found.push_back(std::move(stored));
      }
    }
    std::stable_sort(found.begin(), found.end(), [](const StoredBatch& a, const StoredBatch& b) {
      return *a.batch.first_key < *b.batch.first_key;
    });
    return found;
  }

  MemoryStore& store_;
  bool write_;
  MemoryState state_;
};

MemoryStore::MemoryStore()
    : clock_([] {
        return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
      }) {}

std::unique_ptr<StoreTransaction> MemoryStore::begin(bool write) {
  return std::make_unique<MemoryTransaction>(*this, write);
}

}  // namespace tranche::test
