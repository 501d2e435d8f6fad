#include "support/memory_transaction.hpp"

#include <set>
#include <stdexcept>

namespace tranche::test {

void MemoryTransaction::list_batches(const BatchFilter& filter,
                                     const std::function<void(const Batch&)>& each) {
  const auto found = batches_where([&](const StoredBatch& stored) {
    const Batch& batch = stored.batch;
    return batch.job_id == filter.job_id &&
           (!stored.ahead || filter.status == BatchStatus::planned) &&
           (filter.window_id == 0 || batch.window_id == filter.window_id) &&
           (!filter.status || batch.status == *filter.status) &&
           (!filter.exhausted || batch.exhausted) &&
           (!filter.since || (batch.acquired_at && *batch.acquired_at >= *filter.since)) &&
           (filter.run_id.empty() || batch.run_id == filter.run_id) &&
           (filter.version_id == 0 || batch.version_id == filter.version_id) &&
           (!filter.slowest || batch.acquired_at);
  });
  const auto took = [&](const Batch& batch) {
    return filter.slowest ? batch.released_at.value_or(now()) - *batch.acquired_at : Duration();
  };
  std::vector<const Batch*> sorted;
  for (const StoredBatch& stored : found) {
    sorted.push_back(&stored.batch);
  }
  std::sort(sorted.begin(), sorted.end(), [&](const Batch* a, const Batch* b) {
    if (took(*a) != took(*b)) {
      return took(*a) > took(*b);
    }
    const bool by_time = filter.since && !filter.slowest && a->acquired_at != b->acquired_at;
    return by_time ? a->acquired_at > b->acquired_at : a->id > b->id;
  });
  std::int64_t left = filter.limit == 0 ? -1 : filter.limit;
  for (auto next = sorted.begin(); next != sorted.end() && left != 0; ++next, --left) {
    each(**next);
  }
}

std::vector<StoredBatch> MemoryTransaction::open_batches(std::int64_t window_id) {
  return batches_where([&](const StoredBatch& stored) {
    return stored.batch.window_id == window_id && stored.batch.available_at;
  });
}

std::vector<StoredBatch> MemoryTransaction::batches_around(std::int64_t job_id, const Key& key) {
  auto around = batches_where([&](const StoredBatch& stored) {
    return stored.batch.job_id == job_id && *stored.batch.first_key <= key &&
           key <= *stored.batch.last_key;
  });
  std::sort(around.begin(), around.end(), [](const StoredBatch& a, const StoredBatch& b) {
    return a.batch.id < b.batch.id;
  });
  return around;
}

std::vector<Attempt> MemoryTransaction::list_attempts(std::int64_t batch_id) {
  std::vector<Attempt> attempts;
  for (const auto& row : state_.attempts) {
    if (row.batch_id == batch_id) {
      attempts.push_back(row.attempt);
    }
  }
  return attempts;
}

std::vector<AttemptTotals> MemoryTransaction::attempt_totals() {
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

std::vector<std::int64_t> MemoryTransaction::list_children(std::int64_t batch_id) {
  std::vector<std::int64_t> ids;
  for (const StoredBatch& stored :
       batches_where([&](const StoredBatch& child) { return child.batch.parent_id == batch_id; })) {
    ids.push_back(stored.batch.id);
  }
  return ids;
}

std::string MemoryTransaction::read_key_part(std::int64_t batch_id, std::int64_t part, bool last) {
  return last ? state_.batches.at(batch_id).last_part : state_.parts.at({batch_id, part});
}

std::vector<LedgerBatch> MemoryTransaction::ledger_batches(std::int64_t window_id,
                                                           int generation,
                                                           const std::optional<Key>& after,
                                                           const Key& to,
                                                           std::int64_t limit) {
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
    if (parent && family.contains(*parent) && !row.stored.batch.straggler) {
      family.insert(id);
    }
  }
  for (StoredBatch& stored :
       batches_where([&](const StoredBatch& member) { return family.contains(member.batch.id); })) {
    found.push_back({std::move(stored), {}});
  }
  return found;
}

std::vector<LedgerRange> MemoryTransaction::ledger_ranges(std::int64_t window_id,
                                                          int generation,
                                                          const std::optional<Key>& after,
                                                          const Key& to,
                                                          std::int64_t limit) {
  std::vector<LedgerRange> ranges;
  for (const LedgerBatch& one : ledger_batches(window_id, generation, after, to, limit)) {
    const Batch& batch = one.stored.batch;
    ranges.push_back({*batch.first_key,
                      *batch.last_key,
                      one.stored.superseded_from,
                      batch.status == BatchStatus::succeeded,
                      batch.parent_id.has_value()});
  }
  return ranges;
}

std::vector<StoredBatch> MemoryTransaction::live_stragglers(std::int64_t window_id,
                                                            const std::optional<Key>& from,
                                                            const Key& to) {
  return batches_where([&](const StoredBatch& stored) {
    const Batch& batch = stored.batch;
    return batch.window_id == window_id && batch.straggler && !batch.superseded &&
           *batch.first_key <= to && (!from || *from <= *batch.last_key);
  });
}

std::int64_t MemoryTransaction::newest_range(std::int64_t window_id) {
  std::int64_t newest = 0;
  for (const auto& [id, row] : state_.batches) {
    newest = is_cut(row.stored.batch, window_id) ? id : newest;
  }
  return newest;
}

std::optional<Key> MemoryTransaction::lowest_range_since(std::int64_t window_id,
                                                         std::int64_t batch_id,
                                                         KeyType) {
  const auto since = batches_where([&](const StoredBatch& stored) {
    return is_cut(stored.batch, window_id) && stored.batch.id > batch_id;
  });
  return since.empty() ? std::nullopt : since.front().batch.first_key;
}

std::int64_t MemoryTransaction::exhausted_assets(std::int64_t window_id) {
  std::int64_t assets = 0;
  for (const auto& [id, row] : state_.batches) {
    const Batch& batch = row.stored.batch;
    const bool counts = batch.window_id == window_id && batch.status == BatchStatus::failed &&
                        batch.exhausted && !row.stored.superseded_from;
    assets += counts ? batch.count : 0;
  }
  return assets;
}

ClosedTotals MemoryTransaction::closed_totals(std::int64_t window_id) {
  ClosedTotals totals;
  for (const auto& [id, row] : state_.batches) {
    const Batch& batch = row.stored.batch;
    if (batch.window_id != window_id || row.stored.superseded_from) {
      continue;
    }
    if (batch.status == BatchStatus::succeeded) {
      totals.count += batch.count;
      totals.weight += batch.weight;
    } else if (batch.exhausted || batch.status == BatchStatus::cancelled) {
      totals.given_up_count += batch.count;
      totals.given_up_weight += batch.weight;
    }
  }
  return totals;
}

OpenTotals MemoryTransaction::open_totals(std::int64_t window_id, KeyType) {
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

bool MemoryTransaction::has_batches(std::int64_t job_id) {
  return !batches_where([&](const StoredBatch& stored) {
            return stored.batch.job_id == job_id;
          }).empty();
}

}  // namespace tranche::test
