#include "coverage/asset_count.hpp"

#include "inventory/impl.hpp"

#include <algorithm>

namespace tranche::coverage {

namespace {

constexpr std::size_t kTogether = 256;

}  // namespace

void AssetCount::add(const Stretch& stretch, std::size_t tag) {
  asked_.push_back({stretch, tag, {}});
  if (asked_.size() == kTogether) {
    flush();
  }
}

void AssetCount::flush() {
  for (std::size_t tag = 0; tag < sources_.size(); ++tag) {
    const auto of_it = [&](const Asked& one) { return one.tag == tag; };
    if (std::none_of(asked_.begin(), asked_.end(), of_it)) {
      continue;
    }
    const auto reading = sources_[tag]->begin(kCountTimeout);
    for (Asked& one : asked_) {
      if (of_it(one)) {
        one.found = sources_[tag]->totals(range_of(one.stretch));
      }
    }
  }
  for (const Asked& one : asked_) {
    if (one.found.count > 0) {
      each_({*one.found.first_key, *one.found.last_key, one.found.count, one.found.weight},
            one.tag);
    }
  }
  asked_.clear();
}

}  // namespace tranche::coverage
