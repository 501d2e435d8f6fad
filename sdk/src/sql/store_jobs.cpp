#include "sql/sql_store_transaction.hpp"

#include "tranche/definition.hpp"

namespace tranche::sql {

namespace {

std::string_view name_of(WindowState state) {
  switch (state) {
    case WindowState::paused:
      return "paused";
    case WindowState::cancelled:
      return "cancelled";
    case WindowState::active:
      break;
  }
  return "active";
}

std::function<Window(const Rows&)> window_reader(KeyType type) {
  return [type](const Rows& rows) {
    RowReader row(rows);
    return read_window(row, type);
  };
}

}  // namespace

std::optional<LockedWindow> SqlStoreTransaction::lock_window_by(std::string_view name,
                                                                std::int64_t window_id,
                                                                KeyType type) {
  Params params{window_id};
  if (postgres()) {
    params.emplace_back(store_.number_);
  }
  params.push_back(clock());
  LockedWindow locked;
  auto window = one(name, params, [&](const Rows& rows) {
    RowReader row(rows);
    Window read = read_window(row, type);
    locked.planned_ahead = row.small();
    return read;
  });
  if (!window) {
    return std::nullopt;
  }
  locked.window = std::move(*window);
  return one("job_state", {locked.window.job_id}, [&](const Rows& rows) {
    locked.version_id = rows.integer(0);
    locked.job_paused = rows.integer(1) != 0;
    return std::move(locked);
  });
}

std::optional<Job> SqlStoreTransaction::find_job(std::string_view name) {
  return one("find_job", {std::string(name)}, read_job);
}

std::optional<Job> SqlStoreTransaction::find_job_version(std::int64_t version_id) {
  return one("find_job_version", {version_id}, read_job);
}

std::vector<Job> SqlStoreTransaction::list_jobs() {
  return all("list_jobs", {}, read_job);
}

std::vector<Job> SqlStoreTransaction::list_job_versions(std::int64_t job_id) {
  return all("list_job_versions", {job_id}, read_job);
}

std::int64_t SqlStoreTransaction::insert_job(std::string_view name) {
  const auto id = integer_of("insert_job", {clock(), std::string(name)});
  if (!id) {
    throw Error(ErrorCode::refused,
                "a job named '" + std::string(name) +
                    "' exists already; choose another name, or use job update");
  }
  execute("insert_horizon", {*id});
  return *id;
}

std::int64_t SqlStoreTransaction::insert_job_version(std::int64_t job_id,
                                                     int number,
                                                     const JobDefinition& definition) {
  const auto id =
      integer_of("insert_job_version", {clock(), job_id, param(number), to_json(definition)});
  execute("set_job_version", {clock(), job_id, *id});
  return *id;
}

void SqlStoreTransaction::lock_job(std::int64_t job_id) {
  integer_of("lock_job", {job_id});
}

void SqlStoreTransaction::update_job_paused(std::int64_t job_id, bool paused) {
  execute("update_job_paused", {clock(), job_id, param(paused)});
}

void SqlStoreTransaction::delete_job(std::int64_t job_id) {
  for (const char* step : {"delete_job_attempts",
                           "delete_job_keys",
                           "delete_job_batches",
                           "delete_job_runs",
                           "delete_job_windows",
                           "delete_job_versions",
                           "delete_job"}) {
    execute(step, {job_id});
  }
}

std::int64_t SqlStoreTransaction::insert_window(const Window& window) {
  const auto id =
      integer_of("insert_window",
                 {clock(),
                  window.job_id,
                  window.name,
                  std::string(window.kind == WindowKind::campaign ? "campaign" : "incremental"),
                  param(window.lower),
                  param(window.upper),
                  param(window.limits.max_count),
                  param(window.limits.max_weight),
                  param(window.halt_count),
                  window.halt_after,
                  param(window.max_in_flight),
                  window.filter,
                  param(window.only_missing),
                  param(window.missing_version),
                  param(window.newest_first)});
  if (!id) {
    throw Error(ErrorCode::refused,
                "the job has a campaign named '" + window.name + "' already; choose another name");
  }
  return *id;
}

std::optional<Window> SqlStoreTransaction::find_window(std::int64_t job_id,
                                                       std::string_view name,
                                                       KeyType type) {
  return one("find_window", {job_id, std::string(name)}, window_reader(type));
}

std::vector<Window> SqlStoreTransaction::list_windows(std::int64_t job_id, KeyType type) {
  return all("list_windows", {job_id}, window_reader(type));
}

std::optional<LockedWindow> SqlStoreTransaction::lock_window(std::int64_t window_id, KeyType type) {
  return lock_window_by("lock_window", window_id, type);
}

std::optional<LockedWindow> SqlStoreTransaction::try_lock_window(std::int64_t window_id,
                                                                 KeyType type) {
  // SQLite's transaction has the whole file.
  return lock_window_by(postgres() ? "try_lock_window" : "lock_window", window_id, type);
}

void SqlStoreTransaction::move_frontier(std::int64_t window_id,
                                        const std::optional<Key>& frontier,
                                        int planned) {
  execute("move_frontier", {window_id, param(frontier), param(planned), clock()});
}

void SqlStoreTransaction::note_waiting(std::int64_t window_id, const Key& key) {
  execute("note_waiting", {window_id, Blob{key.bytes()}, clock()});
}

void SqlStoreTransaction::write_learned(std::int64_t window_id, std::string_view learned) {
  execute("write_learned", {window_id, std::string(learned)});
}

void SqlStoreTransaction::set_window_state(std::int64_t window_id,
                                           WindowState state,
                                           std::string_view reason) {
  execute("set_window_state", {window_id, std::string(name_of(state)), std::string(reason)});
}

void SqlStoreTransaction::rewind_window(std::int64_t window_id, const std::optional<Key>& lower) {
  execute("rewind_window", {window_id, param(lower)});
}

std::string SqlStoreTransaction::read_horizon(std::int64_t job_id) {
  const auto rows = connection_.query(store_.queries_["read_horizon"], {job_id});
  return rows->next() ? rows->text(0) : "";
}

std::optional<std::string> SqlStoreTransaction::lock_horizon(std::int64_t job_id) {
  const auto rows = connection_.query(store_.queries_["lock_horizon"], {job_id});
  return rows->next() ? std::optional(rows->text(0)) : std::nullopt;
}

void SqlStoreTransaction::write_horizon(std::int64_t job_id, std::string_view points) {
  execute("write_horizon", {job_id, std::string(points)});
}

void SqlStoreTransaction::tell_followers(std::int64_t job_id) {
  if (connection_.dialect() == Dialect::postgres) {
    connection_.query(store_.queries_["tell_followers"], {job_id});
  }
}

}  // namespace tranche::sql
