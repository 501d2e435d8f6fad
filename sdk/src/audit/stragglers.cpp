#include "audit/stragglers.hpp"

#include <algorithm>

namespace tranche::audit {

bool Stragglers::hold(const Asset& asset) {
  for (auto one = open_.begin(); one != open_.end();) {
    if (*one->stored->batch.last_key < asset.key) {
      close(*one->stored, one->seen, one->digest);
      one = open_.erase(one);
    } else {
      ++one;
    }
  }
  for (; next_ < batches_.size() && *batches_[next_].batch.first_key <= asset.key; ++next_) {
    const StoredBatch& stored = batches_[next_];
    if (*stored.batch.last_key < asset.key) {
      close(stored, 0, 0);
      continue;
    }
    open_.push_back({&stored, impl_.reading([&](StoreTransaction& transaction) {
                       return KeyPart(transaction.read_key_part(stored.batch.id, 0, true));
                     })});
  }
  for (Open& one : open_) {
    const auto& end = one.stored->superseded_from;
    if ((!end || asset.key < *end) && one.keys.holds(asset.key)) {
      ++one.seen;
      one.digest += asset_digest(asset);
      return true;
    }
  }
  return false;
}

void Stragglers::finish() {
  for (const Open& one : open_) {
    close(*one.stored, one.seen, one.digest);
  }
  open_.clear();
  for (; next_ < batches_.size(); ++next_) {
    close(batches_[next_], 0, 0);
  }
}

void Stragglers::close(const StoredBatch& stored, std::int64_t seen, std::uint64_t digest) {
  if (seen != stored.batch.count || digest != stored.digest) {
    doubtful_(stored);
  }
}

}  // namespace tranche::audit
