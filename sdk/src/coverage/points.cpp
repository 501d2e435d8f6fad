#include "coverage/points.hpp"

#include <algorithm>

namespace tranche::coverage {

void Points::add(const std::vector<StoredBatch>& stragglers) {
  for (const StoredBatch& stored : stragglers) {
    listed_.push_back({stored.batch, stored.superseded_from});
  }
}

void Points::sort() {
  std::sort(listed_.begin(), listed_.end(), [](const Listed& a, const Listed& b) {
    return a.batch.first_key < b.batch.first_key;
  });
}

void Points::open(const Listed& listed) {
  auto keys = Inventory::Impl::straggler_keys(impl_->keys_outside(listed.batch), listed.batch);
  if (listed.end) {
    keys.erase(std::lower_bound(keys.begin(), keys.end(), *listed.end), keys.end());
  }
  if (!keys.empty()) {
    open_.push_back({std::move(keys), 0, listed.batch.status == BatchStatus::succeeded});
  }
}

const Key* Points::lowest() const {
  const Key* lowest = nullptr;
  for (const Open& one : open_) {
    lowest = lowest == nullptr || one.head() < *lowest ? &one.head() : lowest;
  }
  return lowest;
}

std::optional<Point> Points::next() {
  while (next_ < listed_.size() &&
         (lowest() == nullptr || *listed_[next_].batch.first_key <= *lowest())) {
    open(listed_[next_++]);
  }
  const Key* const key = lowest();
  if (key == nullptr) {
    return std::nullopt;
  }
  Point point{*key};
  for (Open& one : open_) {
    if (one.head() == point.key) {
      point.covered = point.covered || one.covered;
      ++one.at;
    }
  }
  std::erase_if(open_, [](const Open& one) { return one.at == one.keys.size(); });
  return point;
}

}  // namespace tranche::coverage
