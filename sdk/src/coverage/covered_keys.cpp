#include "coverage/covered_keys.hpp"

#include <algorithm>

namespace tranche::coverage {

namespace {

constexpr std::int64_t kPage = 256;

}  // namespace

void CoveredKeys::keep_missing(std::vector<Asset>& assets) {
  if (assets.empty()) {
    return;
  }
  std::vector<bool> held;
  bool again = false;
  read_([&](StoreTransaction& transaction) {
    if (again) {
      // Key sets are read up to anywhere.
      position_.reset();
    }
    again = true;
    held.clear();
    transaction_ = &transaction;
    load(assets.front().key, assets.back().key);
    for (const Asset& asset : assets) {
      held.push_back(holds(asset.key));
    }
    transaction_ = nullptr;
  });
  auto answer = held.begin();
  std::erase_if(assets, [&](const Asset&) { return *answer++; });
}

void CoveredKeys::load(const Key& first, const Key& last) {
  if (version_ && !version_id_) {
    for (const Job& job : transaction_->list_job_versions(job_.id)) {
      version_id_ = job.version == *version_ ? std::optional(job.version_id) : version_id_;
    }
  }
  if (!position_ || first <= *position_) {
    waiting_.clear();
    open_.clear();
    known_.clear();
    load_around(first);
    position_ = first;
  }
  for (const Window& window : transaction_->list_windows(job_.id, last.type())) {
    for (int generation = 0; generation <= window.generation; ++generation) {
      std::optional<Key> after = position_;
      for (std::int64_t cut = kPage; cut == kPage;) {
        cut = 0;
        for (LedgerBatch& one :
             transaction_->ledger_batches(window.id, generation, after, last, kPage)) {
          if (!one.stored.batch.parent_id) {
            ++cut;
            after = std::max(after, one.stored.batch.first_key);
          }
          add(std::move(one.stored));
        }
      }
    }
    for (StoredBatch& straggler : transaction_->live_stragglers(window.id, first, last)) {
      add(std::move(straggler));
    }
  }
  position_ = last;
  std::sort(waiting_.begin(), waiting_.end(), [](const Holder& a, const Holder& b) {
    return a.stored.batch.first_key < b.stored.batch.first_key;
  });
}

/// Ranges that begin at or before a key, and the halves of those that were split.
void CoveredKeys::load_around(const Key& key) {
  for (StoredBatch& stored : transaction_->batches_around(job_.id, key)) {
    const Batch& batch = stored.batch;
    if (!batch.parent_id && !batch.straggler && (batch.superseded || batch.done_count > 0)) {
      load_family(batch.id);
    }
    add(std::move(stored));
  }
}

void CoveredKeys::load_family(std::int64_t batch_id) {
  for (const std::int64_t child : transaction_->list_children(batch_id)) {
    if (auto stored = transaction_->find_batch(child)) {
      load_family(child);
      add(std::move(*stored));
    }
  }
}

void CoveredKeys::add(StoredBatch stored) {
  const Batch& batch = stored.batch;
  const bool counts = batch.status == BatchStatus::succeeded && !batch.superseded &&
                      (!version_ || batch.version_id == version_id_);
  if (!counts || !known_.insert(batch.id).second) {
    return;
  }
  const auto read = [this, id = batch.id](std::int64_t part, bool last) {
    return transaction_->read_key_part(id, part, last);
  };
  KeyCursor keys(read, key_parts(batch.count));
  waiting_.push_back({std::move(stored), std::move(keys)});
}

bool CoveredKeys::holds(const Key& key) {
  for (; !waiting_.empty() && *waiting_.front().stored.batch.first_key <= key;
       waiting_.pop_front()) {
    open_.push_back(std::move(waiting_.front()));
  }
  std::erase_if(open_, [&](const Holder& one) {
    const bool over = *one.stored.batch.last_key < key;
    if (over) {
      known_.erase(one.stored.batch.id);
    }
    return over;
  });
  return std::any_of(open_.begin(), open_.end(), [&](Holder& one) {
    const auto& end = one.stored.superseded_from;
    return (!end || key < *end) && one.keys.holds(key);
  });
}

}  // namespace tranche::coverage
