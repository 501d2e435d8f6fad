#include "coverage/window_ranges.hpp"

#include <algorithm>

namespace tranche::coverage {

namespace {

constexpr std::int64_t kPage = 1024;
// Whole batches, not ranges alone.
constexpr std::int64_t kNarrowPage = 256;
constexpr std::int64_t kChunk = 4096;

}  // namespace

const Stretch* WindowRanges::peek() {
  while (page_.empty() && (!narrow_.empty() || generation_ <= window_.generation)) {
    if (!narrow_.empty()) {
      read_assets();
    } else {
      read_page();
    }
  }
  return page_.empty() ? nullptr : &page_.front();
}

/// Generation by generation: a reset supersedes all behind its key, so that what is left of an
/// older generation lies before the newer ones.
void WindowRanges::read_page() {
  const bool narrow = is_narrow(window_);
  if ((narrow ? read_narrow_ranges() : read_ranges()) < (narrow ? kNarrowPage : kPage)) {
    ++generation_;
    page_at_.reset();
  }
}

void WindowRanges::passed(const Key& first_key, bool half, std::int64_t& cut) {
  if (!half) {
    ++cut;
    page_at_ = std::max(page_at_, std::optional(first_key));
  }
}

std::int64_t WindowRanges::read_ranges() {
  const auto read = impl_->reading([&](StoreTransaction& transaction) {
    return transaction.ledger_ranges(window_.id, generation_, page_at_, to_, kPage);
  });
  std::int64_t cut = 0;
  for (const LedgerRange& range : read) {
    passed(range.first_key, range.half, cut);
    const Edge end = range.superseded_from
                         ? std::min(before(*range.superseded_from), behind(range.last_key))
                         : behind(range.last_key);
    const Stretch covered{before(range.first_key), end};
    if (range.succeeded && !covered.empty()) {
      page_.push_back(covered);
    }
  }
  return cut;
}

std::int64_t WindowRanges::read_narrow_ranges() {
  const auto read = impl_->reading([&](StoreTransaction& transaction) {
    return transaction.ledger_batches(window_.id, generation_, page_at_, to_, kNarrowPage);
  });
  std::int64_t cut = 0;
  for (const LedgerBatch& one : read) {
    const Batch& batch = one.stored.batch;
    passed(*batch.first_key, batch.parent_id.has_value(), cut);
    if (batch.status == BatchStatus::succeeded && !one.stored.superseded_from) {
      narrow_.push_back({batch,
                         {std::nullopt, batch.first_key, batch.last_key},
                         KeyCursor(impl_->keys_outside(batch), key_parts(batch.count))});
    }
  }
  return cut;
}

/// Under the job's filter of now: no other asset can be a gap.
void WindowRanges::read_assets() {
  Narrow& narrow = narrow_.front();
  std::vector<Asset> assets;
  {
    Source& source = impl_->source_of(job_);
    const auto reading = source.begin(kCountTimeout);
    source.scan(narrow.rest, kChunk, [&](const Asset& asset) { assets.push_back(asset); });
  }
  bool joined = false;
  for (const Asset& asset : assets) {
    const bool held = narrow.keys.holds(asset.key);
    if (held && joined) {
      page_.back().end = behind(asset.key);
    } else if (held) {
      page_.push_back(only(asset.key));
    }
    joined = held;
  }
  if (static_cast<std::int64_t>(assets.size()) < kChunk) {
    narrow_.pop_front();
  } else {
    narrow.rest = {assets.back().key, std::nullopt, narrow.batch.last_key};
  }
}

}  // namespace tranche::coverage
