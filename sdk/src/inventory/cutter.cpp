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

bool Cutter::offer(const Asset& asset) {
  const bool first = room_.count() == 0;
  if (!room_.take(asset.weight)) {
    return false;
  }
  if (keys_.full()) {
    on_part_(keys_.take_part());
  }
  if (first) {
    cut_.first_key = asset.key;
  }
  cut_.last_key = asset.key;
  cut_.digest += asset_digest(asset);
  keys_.add(asset.key);
  if (sink_ != nullptr) {
    sink_->add(asset);
  }
  return true;
}

std::int64_t Cutter::next_chunk() const {
  return std::min(room_.left().value_or(kFirstChunk), kLargestChunk);
}

bool Cutter::read(SourceRange& range) {
  std::int64_t chunk = next_chunk();
  bool reached_end = false;
  while (!room_.full() && !reached_end) {
    const std::int64_t read = source_.scan(range, chunk, [&](const Asset& asset) {
      offer(asset);
      range.after = asset.key;
      range.from.reset();
    });
    reached_end = read < chunk;
    chunk = room_.left() ? next_chunk() : std::min(chunk * kGrowth, kLargestChunk);
  }
  return room_.full();
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
  if (in_time && !room_.full() && further) {
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
  } else if (!room_.full() && !(made.last_key && to < *made.last_key)) {
    // Nothing more matched up to `to`: the next idle poll need not read this stretch again.
    made.scanned_to = to;
  }
  return made;
}

Cut Cutter::finish() {
  cut_.count = room_.count();
  cut_.weight = room_.weight();
  cut_.size_reason = room_.size_reason();
  cut_.scanned_to = cut_.last_key;
  cut_.full = room_.full();
  cut_.last_part = keys_.take_part();
  return std::move(cut_);
}

}  // namespace tranche
