#include "audit/asset_stream.hpp"

#include "inventory/impl.hpp"

namespace tranche::audit {

const Asset* AssetStream::peek() {
  if (at_ == chunk_.size() && !ended_) {
    read();
  }
  return at_ < chunk_.size() ? &chunk_[at_] : nullptr;
}

void AssetStream::read() {
  chunk_.clear();
  at_ = 0;
  {
    const auto reading = source_.begin(kCountTimeout);
    source_.scan(range_, size_, [&](const Asset& asset) { chunk_.push_back(asset); });
  }
  ended_ = static_cast<std::int64_t>(chunk_.size()) < size_;
  size_ = std::min(size_ * 4, kLargestChunk);
  if (!chunk_.empty()) {
    range_.after = chunk_.back().key;
    range_.from.reset();
    on_chunk_(chunk_.back().key);
  }
}

}  // namespace tranche::audit
