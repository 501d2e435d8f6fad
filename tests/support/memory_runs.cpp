#include "support/memory_transaction.hpp"

namespace tranche::test {

void MemoryTransaction::insert_run(const Run& run, std::int64_t job_id, std::int64_t) {
  Run made = run;
  made.started_at = now();
  state_.runs[run.id] = {job_id, made, {}};
}

void MemoryTransaction::finish_run(std::string_view run_id,
                                   int exit_status,
                                   std::int64_t succeeded,
                                   std::int64_t failed) {
  const auto found = state_.runs.find(std::string(run_id));
  if (found != state_.runs.end()) {
    Run& run = found->second.run;
    run.ended_at = now();
    run.exit_status = exit_status;
    run.succeeded = succeeded;
    run.failed = failed;
  }
}

void MemoryTransaction::add_identity(std::string_view run_id, const Identity& identity) {
  const auto found = state_.runs.find(std::string(run_id));
  if (found != state_.runs.end()) {
    Run& run = found->second.run;
    found->second.former.push_back(run.identity);
    for (const auto& [name, value] : identity) {
      run.identity[name] = value;
    }
  }
}

std::optional<Run> MemoryTransaction::find_run(std::string_view run_id) {
  const auto found = state_.runs.find(std::string(run_id));
  return found == state_.runs.end() ? std::nullopt : std::optional(found->second.run);
}

std::vector<Run> MemoryTransaction::list_runs(std::optional<std::int64_t> job_id,
                                              const Identity& identity,
                                              std::int64_t limit) {
  std::vector<Run> runs;
  for (const auto& [id, row] : state_.runs) {
    std::vector<Identity> own = row.former;
    own.push_back(row.run.identity);
    const bool same = std::all_of(identity.begin(), identity.end(), [&](const auto& wanted) {
      return std::any_of(own.begin(), own.end(), [&](const Identity& names) {
        const auto found = names.find(wanted.first);
        return found != names.end() && found->second == wanted.second;
      });
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

std::optional<std::int64_t> MemoryTransaction::attempts_until(std::int64_t after,
                                                              std::int64_t most,
                                                              TimePoint before) {
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

std::vector<PrunedAttempt> MemoryTransaction::prunable_attempts(const PruneFilter& filter,
                                                                std::int64_t after,
                                                                std::int64_t until) {
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

std::int64_t MemoryTransaction::delete_attempts(const std::vector<PrunedAttempt>& attempts) {
  return static_cast<std::int64_t>(std::erase_if(state_.attempts, [&](const auto& row) {
    return std::any_of(attempts.begin(), attempts.end(), [&](const PrunedAttempt& gone) {
      return gone.id == row.id;
    });
  }));
}

std::optional<RunMark> MemoryTransaction::runs_until(const RunMark& after,
                                                     std::int64_t most,
                                                     TimePoint before) {
  const auto runs = runs_between(after, {before, ""});
  if (runs.empty()) {
    return std::nullopt;
  }
  const Run& last = runs[std::min(runs.size(), static_cast<std::size_t>(most)) - 1];
  return RunMark{last.started_at, last.id};
}

std::vector<Run> MemoryTransaction::prunable_runs(const PruneFilter& filter,
                                                  const RunMark& after,
                                                  const RunMark& until) {
  std::vector<Run> runs = runs_between(after, until);
  std::erase_if(runs, [&](const Run& run) {
    const bool other = filter.job_id && state_.runs.at(run.id).job_id != *filter.job_id;
    return other || !run.ended_at || *run.ended_at >= filter.before || is_named(run.id);
  });
  return runs;
}

std::int64_t MemoryTransaction::delete_runs(const std::vector<Run>& runs) {
  std::int64_t gone = 0;
  for (const Run& run : runs) {
    gone += static_cast<std::int64_t>(state_.runs.erase(run.id));
  }
  return gone;
}

}  // namespace tranche::test
