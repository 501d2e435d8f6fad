#include "inventory/impl.hpp"

#include <thread>

namespace tranche {

namespace {

/// Rows looked at in one transaction, so few that whoever commits beside it hardly waits: a commit
/// in PostgreSQL waits until the disk has what others wrote before it, and in SQLite there is one
/// writer.
constexpr std::int64_t kStretch = 200;
/// For a dry run, which nobody waits for.
constexpr std::int64_t kReadStretch = 2'000;

/// Calls `step` until it has nothing more to do. A step that writes is followed by a pause of the
/// same length: who waits for SQLite's one writer gets a turn.
template <typename Step>
void step_through(bool writes, const Step& step) {
  while (true) {
    const auto begun = std::chrono::steady_clock::now();
    if (!step()) {
      return;
    }
    if (writes) {
      std::this_thread::sleep_for(std::chrono::steady_clock::now() - begun);
    }
  }
}

/// Returns how many of the rows went, or would go.
template <typename Row, typename Delete>
std::int64_t let_go(const PruneOptions& options, const std::vector<Row>& rows, const Delete& gone) {
  if (options.dry_run || rows.empty()) {
    return static_cast<std::int64_t>(rows.size());
  }
  // Archived last, so that a deadlock before the commit archives nothing twice.
  const std::int64_t count = gone();
  if (options.archive != nullptr) {
    for (const Row& row : rows) {
      options.archive->add(row);
    }
    options.archive->flush();
  }
  return count;
}

void tell(const PruneOptions& options, const Pruned& pruned) {
  if (options.progress) {
    options.progress(pruned);
  }
}

}  // namespace

Pruned Inventory::prune(const PruneOptions& options) {
  Pruned pruned;
  PruneFilter filter;
  impl_->reading([&](StoreTransaction& transaction) {
    filter.before = transaction.now() - options.older_than;
    if (options.job) {
      filter.job_id = impl_->need_job(transaction, *options.job).id;
    }
  });
  pruned.before = filter.before;
  const bool writes = !options.dry_run;
  const std::int64_t stretch = writes ? kStretch : kReadStretch;
  std::int64_t attempt = 0;
  step_through(writes, [&] {
    std::optional<std::int64_t> until;
    pruned.attempts += impl_->in_transaction(writes, [&](StoreTransaction& transaction) {
      until = transaction.attempts_until(attempt, stretch, filter.before);
      const auto rows = until ? transaction.prunable_attempts(filter, attempt, *until)
                              : std::vector<PrunedAttempt>();
      return let_go(options, rows, [&] { return transaction.delete_attempts(rows); });
    });
    attempt = until.value_or(attempt);
    tell(options, pruned);
    return until.has_value();
  });
  RunMark run;
  step_through(writes, [&] {
    std::optional<RunMark> until;
    pruned.runs += impl_->in_transaction(writes, [&](StoreTransaction& transaction) {
      until = transaction.runs_until(run, stretch, filter.before);
      const auto rows = until ? transaction.prunable_runs(filter, run, *until) : std::vector<Run>();
      return let_go(options, rows, [&] { return transaction.delete_runs(rows); });
    });
    run = until.value_or(run);
    tell(options, pruned);
    return until.has_value();
  });
  return pruned;
}

}  // namespace tranche
