#include "audit/repair.hpp"

#include "tranche/error.hpp"

#include <algorithm>

namespace tranche::audit {

Repair::Repair(Inventory::Impl& impl, const Ledger& ledger, Done done)
    : impl_(impl), ledger_(ledger), done_(std::move(done)) {
  const Window& window = ledger.window();
  if (window.state == WindowState::cancelled) {
    throw Error(ErrorCode::refused,
                "campaign '" + window.name + "' of job '" + ledger.job().name +
                    "' is cancelled and hands out nothing more; audit it without --repair");
  }
  limits_ = Inventory::Impl::limits_for({}, window, ledger.job());
  for (const StoredBatch& stored : ledger.stragglers()) {
    known_.insert(stored.batch.id);
  }
}

void Repair::add(const Asset& asset, std::int64_t batch_id, std::int64_t version_id) {
  if (version_id != version_id_ || !size_.takes(asset, limits_)) {
    flush();
  }
  version_id_ = version_id;
  size_.add(asset);
  waiting_.push_back({asset, batch_id});
}

void Repair::flush() {
  if (waiting_.empty()) {
    return;
  }
  std::vector<bool> taken;
  const std::int64_t id =
      impl_.writing([&](StoreTransaction& transaction) { return store(transaction, taken); });
  batches_ += id != 0 ? 1 : 0;
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    done_(waiting_[i], taken[i] ? id : 0);
  }
  waiting_.clear();
  size_ = StragglerBuilder();
}

std::int64_t Repair::store(StoreTransaction& transaction, std::vector<bool>& taken) const {
  check_window(transaction);
  const std::vector<KeyPart> others = held_since(transaction);
  StragglerBuilder builder;
  taken.clear();
  for (const LateAsset& late : waiting_) {
    const bool held = std::any_of(others.begin(), others.end(), [&](const KeyPart& keys) {
      return keys.holds(late.asset.key);
    });
    taken.push_back(!held);
    if (!held) {
      builder.add(late.asset);
    }
  }
  if (builder.empty()) {
    return 0;
  }
  NewBatch made = builder.finish();
  made.window_id = ledger_.window().id;
  made.version_id = version_id_;
  made.generation = ledger_.window().generation;
  made.max_attempts = ledger_.job().definition.max_attempts;
  transaction.tell_followers(ledger_.job().id);
  return transaction.insert_batch(made, nullptr).id;
}

/// Under the window's lock nobody cuts a range, resets or repairs.
void Repair::check_window(StoreTransaction& transaction) const {
  const Window& window = ledger_.window();
  const KeyType type = ledger_.job().definition.key_type;
  const auto locked = transaction.lock_window(window.id, type);
  const Key& last = waiting_.back().asset.key;
  const auto cut_again = transaction.lowest_range_since(window.id, ledger_.newest_range(), type);
  if (locked && window.newest_first) {
    // A campaign never goes back, and what it has cut meanwhile lies before all that was audited.
    return;
  }
  if (!locked || locked->window.generation != window.generation ||
      (locked->window.frontier && *locked->window.frontier < last) ||
      (cut_again && *cut_again <= last)) {
    refuse_moved(ledger_.job());
  }
}

/// The keys of stragglers that somebody else made since the audit began.
std::vector<KeyPart> Repair::held_since(StoreTransaction& transaction) const {
  std::vector<KeyPart> parts;
  for (const StoredBatch& stored : transaction.live_stragglers(
           ledger_.window().id, waiting_.front().asset.key, waiting_.back().asset.key)) {
    if (!known_.contains(stored.batch.id)) {
      parts.emplace_back(transaction.read_key_part(stored.batch.id, 0, true));
    }
  }
  return parts;
}

}  // namespace tranche::audit
