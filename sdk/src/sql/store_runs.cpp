#include "sql/sql_store_transaction.hpp"

#include <nlohmann/json.hpp>

#include <limits>

namespace tranche::sql {

namespace {

constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();

/// Identifiers as one parameter, however many.
template <typename Row>
std::string ids_json(const std::vector<Row>& rows) {
  nlohmann::json ids = nlohmann::json::array();
  for (const Row& row : rows) {
    ids.push_back(row.id);
  }
  return ids.dump();
}

template <typename Value>
std::string dump(const Value& value) {
  return nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

void SqlStoreTransaction::insert_run(const Run& run, std::int64_t job_id, std::int64_t window_id) {
  execute("insert_run",
          {clock(),
           run.id,
           job_id,
           window_id,
           run.host,
           run.boot_id,
           run.pid,
           run.user,
           dump(run.command),
           dump(run.identity),
           run.version});
  if (!run.identity.empty()) {
    execute("insert_run_identity", {run.id});
  }
}

void SqlStoreTransaction::finish_run(std::string_view run_id,
                                     int exit_status,
                                     std::int64_t succeeded,
                                     std::int64_t failed) {
  execute("finish_run", {clock(), std::string(run_id), param(exit_status), succeeded, failed});
}

void SqlStoreTransaction::add_identity(std::string_view run_id, const Identity& identity) {
  const Params params = {std::string(run_id), dump(identity)};
  execute("merge_run_identity", params);
  execute("add_run_identity", params);
}

std::optional<Run> SqlStoreTransaction::find_run(std::string_view run_id) {
  return one("find_run", {std::string(run_id)}, read_run);
}

std::vector<Run> SqlStoreTransaction::list_runs(std::optional<std::int64_t> job_id,
                                                const Identity& identity,
                                                std::int64_t limit) {
  const std::int64_t most = limit == 0 ? kNoLimit : limit;
  if (!identity.empty()) {
    const auto& [name, value] = *identity.begin();
    const Params params = {most, name, value, param(job_id), dump(identity)};
    return all("list_runs_of_identity", params, read_run);
  }
  return job_id ? all("list_runs_of_job", {most, *job_id}, read_run)
                : all("list_runs", {most}, read_run);
}

std::optional<std::int64_t> SqlStoreTransaction::attempts_until(std::int64_t after,
                                                                std::int64_t most,
                                                                TimePoint before) {
  return *one("attempts_until", {after, most, param(before)}, [](const Rows& rows) {
    return rows.maybe_integer(0);
  });
}

std::vector<PrunedAttempt> SqlStoreTransaction::prunable_attempts(const PruneFilter& filter,
                                                                  std::int64_t after,
                                                                  std::int64_t until) {
  const Params params = {param(filter.job_id), param(filter.before), after, until};
  return all("prunable_attempts", params, [](const Rows& rows) {
    RowReader row(rows);
    PrunedAttempt pruned;
    pruned.id = row.integer();
    pruned.batch_id = row.integer();
    pruned.job = row.text();
    pruned.window = row.text();
    const KeyType type = key_type_from_string(row.text());
    pruned.first_key = row.maybe_key(type);
    pruned.last_key = row.maybe_key(type);
    pruned.attempt = read_attempt(row);
    return pruned;
  });
}

std::int64_t SqlStoreTransaction::delete_attempts(const std::vector<PrunedAttempt>& attempts) {
  return execute("delete_attempts", {ids_json(attempts)});
}

std::optional<RunMark> SqlStoreTransaction::runs_until(const RunMark& after,
                                                       std::int64_t most,
                                                       TimePoint before) {
  const Params params = {param(after.started_at), after.id, most, param(before)};
  return one("runs_until", params, [](const Rows& rows) {
    RowReader row(rows);
    const TimePoint started_at = row.time();
    return RunMark{started_at, row.text()};
  });
}

std::vector<Run> SqlStoreTransaction::prunable_runs(const PruneFilter& filter,
                                                    const RunMark& after,
                                                    const RunMark& until) {
  const Params params = {param(filter.job_id),
                         param(filter.before),
                         param(after.started_at),
                         after.id,
                         param(until.started_at),
                         until.id};
  return all("prunable_runs", params, read_run);
}

std::int64_t SqlStoreTransaction::delete_runs(const std::vector<Run>& runs) {
  return execute("delete_runs", {ids_json(runs)});
}

}  // namespace tranche::sql
