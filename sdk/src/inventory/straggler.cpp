#include "inventory/straggler.hpp"

namespace tranche {

bool StragglerBuilder::takes(const Asset& asset, const Limits& limits) const {
  if (empty()) {
    return true;
  }
  return !keys_.full() && (!limits.max_count || made_.count < *limits.max_count) &&
         (!limits.max_weight || made_.weight + asset.weight <= *limits.max_weight);
}

void StragglerBuilder::add(const Asset& asset) {
  made_.first_key = empty() ? asset.key : made_.first_key;
  made_.last_key = asset.key;
  ++made_.count;
  made_.weight += asset.weight;
  made_.digest += asset_digest(asset);
  keys_.add(asset.key);
}

NewBatch StragglerBuilder::finish() {
  made_.last_part = keys_.take_part();
  return std::move(made_);
}

}  // namespace tranche
