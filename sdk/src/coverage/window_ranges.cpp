#include "coverage/window_ranges.hpp"

#include <algorithm>

namespace tranche::coverage {

namespace {

constexpr std::int64_t kPage = 1024;

}  // namespace

const Stretch* WindowRanges::peek() {
  while (page_.empty() && generation_ <= window_.generation) {
    read_page();
  }
  return page_.empty() ? nullptr : &page_.front();
}

/// Generation by generation: a reset supersedes all behind its key, so that what is left of an
/// older generation lies before the newer ones.
void WindowRanges::read_page() {
  const auto read = impl_->reading([&](StoreTransaction& transaction) {
    return transaction.ledger_ranges(window_.id, generation_, page_at_, to_, kPage);
  });
  std::int64_t cut = 0;
  for (const LedgerRange& range : read) {
    if (!range.half) {
      ++cut;
      page_at_ = std::max(page_at_, std::optional(range.first_key));
    }
    const Edge end = range.superseded_from
                         ? std::min(before(*range.superseded_from), behind(range.last_key))
                         : behind(range.last_key);
    const Stretch covered{before(range.first_key), end};
    if (range.succeeded && !covered.empty()) {
      page_.push_back(covered);
    }
  }
  if (cut < kPage) {
    ++generation_;
    page_at_.reset();
  }
}

}  // namespace tranche::coverage
