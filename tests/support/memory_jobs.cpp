#include "support/memory_transaction.hpp"

namespace tranche::test {

std::optional<Job> MemoryTransaction::find_job(std::string_view name) {
  for (const auto& [id, job] : state_.jobs) {
    if (job.name == name) {
      return job_at(job.version_id);
    }
  }
  return std::nullopt;
}

std::optional<Job> MemoryTransaction::find_job_version(std::int64_t version_id) {
  return state_.versions.contains(version_id) ? std::optional(job_at(version_id)) : std::nullopt;
}

std::vector<Job> MemoryTransaction::list_jobs() {
  std::vector<Job> jobs;
  for (const auto& [id, job] : state_.jobs) {
    jobs.push_back(job_at(job.version_id));
  }
  std::sort(jobs.begin(), jobs.end(), [](const Job& a, const Job& b) { return a.name < b.name; });
  return jobs;
}

std::vector<Job> MemoryTransaction::list_job_versions(std::int64_t job_id) {
  std::vector<Job> versions;
  for (const auto& [id, version] : state_.versions) {
    if (version.job_id == job_id) {
      versions.push_back(job_at(id));
    }
  }
  return versions;
}

std::int64_t MemoryTransaction::insert_job(std::string_view name) {
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

std::int64_t MemoryTransaction::insert_job_version(std::int64_t job_id,
                                                   int number,
                                                   const JobDefinition& definition) {
  const std::int64_t id = ++state_.last_version;
  state_.versions[id] = {job_id, number, definition};
  state_.jobs.at(job_id).version_id = id;
  state_.jobs.at(job_id).updated_at = now();
  return id;
}

void MemoryTransaction::update_job_paused(std::int64_t job_id, bool paused) {
  state_.jobs.at(job_id).paused = paused;
  state_.jobs.at(job_id).updated_at = now();
}

std::optional<std::string> MemoryTransaction::lock_horizon(std::int64_t job_id) {
  return state_.horizons[job_id];
}

void MemoryTransaction::write_horizon(std::int64_t job_id, std::string_view points) {
  state_.horizons[job_id] = points;
}

void MemoryTransaction::delete_job(std::int64_t job_id) {
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

std::int64_t MemoryTransaction::insert_window(const Window& window) {
  if (find_window(window.job_id, window.name, KeyType::integer)) {
    throw Error(ErrorCode::refused, "the job has a campaign named '" + window.name + "' already");
  }
  Window made = window;
  made.id = ++state_.last_window;
  made.created_at = now();
  state_.windows[made.id] = made;
  return made.id;
}

std::optional<Window> MemoryTransaction::find_window(std::int64_t job_id,
                                                     std::string_view name,
                                                     KeyType) {
  for (const auto& [id, window] : state_.windows) {
    if (window.job_id == job_id && window.name == name) {
      return window;
    }
  }
  return std::nullopt;
}

std::vector<Window> MemoryTransaction::list_windows(std::int64_t job_id, KeyType) {
  std::vector<Window> windows;
  for (const auto& [id, window] : state_.windows) {
    if (window.job_id == job_id) {
      windows.push_back(window);
    }
  }
  return windows;
}

std::optional<LockedWindow> MemoryTransaction::lock_window(std::int64_t window_id, KeyType) {
  const auto found = state_.windows.find(window_id);
  if (found == state_.windows.end()) {
    return std::nullopt;
  }
  const Job& job = state_.jobs.at(found->second.job_id);
  const auto& [planned, when] = state_.planned[window_id];
  const bool recent = when >= now() - std::chrono::seconds(1);
  return LockedWindow{found->second, job.version_id, job.paused, recent ? planned : 0};
}

void MemoryTransaction::move_frontier(std::int64_t window_id,
                                      const std::optional<Key>& frontier,
                                      int planned) {
  state_.windows.at(window_id).frontier = frontier;
  state_.planned[window_id] = {planned, now()};
}

void MemoryTransaction::note_waiting(std::int64_t window_id, const Key& key) {
  state_.windows.at(window_id).waiting_key = key;
  state_.windows.at(window_id).waiting_since = now();
}

void MemoryTransaction::set_window_state(std::int64_t window_id,
                                         WindowState state,
                                         std::string_view reason) {
  state_.windows.at(window_id).state = state;
  state_.windows.at(window_id).state_reason = reason;
}

void MemoryTransaction::rewind_window(std::int64_t window_id, const std::optional<Key>& lower) {
  Window& window = state_.windows.at(window_id);
  window.lower = lower;
  window.frontier.reset();
  window.waiting_key.reset();
  window.waiting_since.reset();
  ++window.generation;
}

}  // namespace tranche::test
