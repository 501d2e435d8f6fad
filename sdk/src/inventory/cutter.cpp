#include "inventory/cutter.hpp"

#include <algorithm>

namespace tranche {

namespace {

// Without a limit by count the first statement reads this many assets, each next one four times as
// many.
constexpr std::int64_t kFirstChunk = 256;
constexpr std::int64_t kGrowth = 4;
// What one statement may hold in memory.
constexpr std::int64_t kLargestChunk = 4096;

}  // namespace

Position next_position(const Window& window) {
  if (window.frontier && (!window.lower || *window.frontier >= *window.lower)) {
    return {window.frontier, std::nullopt};
  }
  return {std::nullopt, window.lower};
}

bool reaches(const Position& position, const std::optional<Key>& to) {
  return to && (!position.after || *position.after < *to) &&
         (!position.from || *position.from <= *to);
}

bool Cutter::takes(const Asset& asset) const {
  if (cut_.count == 0) {
    // An asset heavier than the limit travels alone rather than blocking.
    return true;
  }
  return (!limits_.max_count || cut_.count < *limits_.max_count) &&
         (!limits_.max_weight || cut_.weight + asset.weight <= *limits_.max_weight) &&
         (!size_ || size_->takes(cut_.count, cut_.weight, asset.weight));
}

bool Cutter::offer(const Asset& asset) {
  if (full_ || !takes(asset)) {
    refused_ = full_ ? refused_ : asset.weight;
    full_ = true;
    return false;
  }
  if (keys_.full()) {
    on_part_(keys_.take_part());
  }
  if (cut_.count == 0) {
    cut_.first_key = asset.key;
  }
  cut_.last_key = asset.key;
  ++cut_.count;
  cut_.weight += asset.weight;
  cut_.digest += asset_digest(asset);
  keys_.add(asset.key);
  if (sink_ != nullptr) {
    sink_->add(asset);
  }
  full_ = limits_.max_count && cut_.count == *limits_.max_count;
  return true;
}

std::int64_t Cutter::next_chunk() const {
  return limits_.max_count ? std::min(*limits_.max_count - cut_.count, kLargestChunk) : kFirstChunk;
}

bool Cutter::read(SourceRange& range) {
  std::int64_t chunk = next_chunk();
  bool reached_end = false;
  while (!full_ && !reached_end) {
    const std::int64_t read = source_.scan(range, chunk, [&](const Asset& asset) {
      offer(asset);
      range.after = asset.key;
      range.from.reset();
    });
    reached_end = read < chunk;
    chunk = limits_.max_count ? next_chunk() : std::min(chunk * kGrowth, kLargestChunk);
  }
  return full_;
}

bool Cutter::read(SourceRange& range, TimedScan* timed) {
  const auto read_range = [this](SourceRange& part) { return read(part); };
  if (timed != nullptr) {
    return timed->read(range, read_range);
  }
  read(range);
  return true;
}

Cut Cutter::cut(const Position& position, Key to, const Further& further, TimedScan* timed) {
  SourceRange range{position.after, position.from, to};
  bool in_time = read(range, timed);
  if (in_time && !full_ && further) {
    const auto end = further();
    if (end && to < *end) {
      range = {to, std::nullopt, end};
      in_time = read(range, timed);
    }
    // It may also be lower than before: then the keys above are free to be given again.
    to = end ? *end : to;
  }
  Cut made = finish();
  made.in_time = in_time;
  if (!in_time) {
    made.scanned_to = range.after;
  } else if (!full_ && !(made.last_key && to < *made.last_key)) {
    // Nothing more matched up to `to`: the next idle poll need not read this stretch again.
    made.scanned_to = to;
  }
  return made;
}

std::string Cutter::size_reason() const {
  if (!full_) {
    return size_->reason + "; no more assets waited";
  }
  if (limits_.max_count && cut_.count == *limits_.max_count) {
    return size_->reason + "; --max-count allows no more";
  }
  if (limits_.max_weight && cut_.weight + refused_ > *limits_.max_weight) {
    return size_->reason + "; --max-weight allows no more";
  }
  return size_->at_bound(cut_.count, cut_.weight, refused_)
             ? size_->reason + "; " + size_->bound + " at most"
             : size_->reason;
}

Cut Cutter::finish() {
  cut_.size_reason = size_ ? size_reason() : "";
  cut_.scanned_to = cut_.last_key;
  cut_.full = full_;
  cut_.last_part = keys_.take_part();
  return std::move(cut_);
}

}  // namespace tranche
