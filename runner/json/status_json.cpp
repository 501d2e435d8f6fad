#include "json/status_json.hpp"

#include "json/backlog_json.hpp"

#include "tranche/error.hpp"

#include <algorithm>

namespace tranche::runner {
namespace {

/// Batches end in another order than they were acquired in: among so many of the latest, the last
/// success is found all the same.
constexpr std::int64_t kLatest = 20;
constexpr std::int64_t kMostHolders = 5;

std::string_view state_of(const Job& job, const Window& window) {
  return job.paused                                                           ? "paused"
         : window.state == WindowState::active                                ? "active"
         : window.kind == WindowKind::campaign && window.state_reason.empty() ? "paused"
                                                                              : "halted";
}

std::optional<TimePoint> last_success(Inventory& inventory,
                                      const std::string& job,
                                      const std::string& window) {
  BatchFilter filter;
  filter.status = BatchStatus::succeeded;
  filter.since = TimePoint();
  filter.limit = kLatest;
  std::optional<TimePoint> last;
  inventory.list_batches(
      job, filter, window, [&](const Batch& batch) { last = std::max(last, batch.released_at); });
  return last;
}

/// Of the newest batches that are being processed. A run that is not stored leaves its id.
Json holders_of(Inventory& inventory, const std::string& job, const std::string& window) {
  BatchFilter filter;
  filter.status = BatchStatus::processing;
  filter.limit = kMostHolders;
  std::vector<Batch> held;
  inventory.list_batches(job, filter, window, [&](const Batch& batch) { held.push_back(batch); });
  Json holders = Json::array();
  for (const Batch& batch : held) {
    Json holder{{"batch_id", batch.id},
                {"run_id", text_json(batch.run_id)},
                {"host", nullptr},
                {"pid", nullptr},
                {"acquired_at", time_json(batch.acquired_at)}};
    try {
      const Run run = inventory.find_run(batch.run_id);
      holder["host"] = run.host;
      holder["pid"] = run.pid;
    } catch (const Error& error) {
      if (error.code() != ErrorCode::not_found) {
        throw;
      }
    }
    holders.push_back(std::move(holder));
  }
  return holders;
}

Json row_of(Inventory& inventory, const Job& job, const Window& window) {
  Json row{{"job", job.name},
           {"window", window.name},
           {"state", state_of(job, window)},
           {"state_reason", text_json(window.state_reason)},
           {"error", nullptr}};
  Json waiting = backlog_json(Backlog());
  try {
    waiting = backlog_json(inventory.backlog(job.name, window.name));
  } catch (const Error& error) {
    // One source that is away must not hide the other jobs.
    row["error"] = error.what();
    for (Json& value : waiting) {
      value = nullptr;
    }
  }
  for (const char* field : {"count",
                            "weight",
                            "ready",
                            "unsettled",
                            "processing",
                            "failed",
                            "exhausted",
                            "cancelled",
                            "oldest_age_seconds"}) {
    row[field] = waiting.at(field);
  }
  row["last_success_at"] = time_json(last_success(inventory, job.name, window.name));
  row["holders"] = holders_of(inventory, job.name, window.name);
  return row;
}

}  // namespace

std::vector<Json> status_rows(Inventory& inventory) {
  std::vector<Json> rows;
  for (const Job& job : inventory.list_jobs()) {
    for (const Window& window : inventory.list_windows(job.name)) {
      if (window.state != WindowState::cancelled) {
        rows.push_back(row_of(inventory, job, window));
      }
    }
  }
  return rows;
}

}  // namespace tranche::runner
