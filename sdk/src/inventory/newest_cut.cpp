#include "inventory/newest_cut.hpp"

#include "inventory/direction.hpp"

#include "tranche/error.hpp"

#include <algorithm>

namespace tranche {

namespace {

constexpr std::int64_t kFirstChunk = 256;
constexpr std::int64_t kGrowth = 4;
constexpr std::int64_t kLargestChunk = 4096;

/// How much of the end of a range there is room for.
class Measure {
 public:
  Measure(Source& source, const Room& room_in) : room(room_in), source_(source) {}

  /// True: the limits are reached.
  bool read(SourceRange& range) {
    std::int64_t chunk = next_chunk(kFirstChunk);
    bool more = true;
    while (!room.full() && more) {
      const std::int64_t read = source_.scan(range, chunk, [&](const Asset& asset) {
        take(asset);
        pass(range, asset.key);
      });
      more = read == chunk;
      chunk = next_chunk(std::min(chunk * kGrowth, kLargestChunk));
    }
    return room.full();
  }

  Room room;
  std::optional<Key> lowest;
  std::optional<Key> highest;

 private:
  std::int64_t next_chunk(std::int64_t wanted) const {
    return std::clamp<std::int64_t>(room.left().value_or(wanted), 1, wanted);
  }
  void take(const Asset& asset) {
    if (room.take(asset.weight)) {
      highest = highest ? highest : asset.key;
      lowest = asset.key;
    }
  }

  Source& source_;
};

}  // namespace

std::optional<SourceRange> rest_of(const Window& window) {
  SourceRange rest;
  rest.descending = true;
  rest.from = window.lower;
  if (window.frontier) {
    rest.before = window.frontier;
  } else {
    rest.to = window.upper;
  }
  const bool over = window.frontier && !(*window.lower < *window.frontier);
  return over ? std::nullopt : std::optional(rest);
}

Cut cut_newest(Source& source,
               const Room& room,
               AssetSink* sink,
               const Cutter::OnPart& on_part,
               const SourceRange& rest,
               TimedScan* timed) {
  Measure found(source, room);
  SourceRange range = rest;
  const auto read = [&](SourceRange& part) { return found.read(part); };
  bool in_time = true;
  if (timed != nullptr) {
    in_time = timed->read(range, read);
  } else {
    read(range);
  }
  Cut made;
  if (found.room.count() > 0) {
    made =
        Cutter(source, Limits(), sink, on_part).cut({std::nullopt, found.lowest}, *found.highest);
    if (made.count > found.room.count()) {
      // Its keys are on their way into the inventory already: the transaction begins anew.
      throw Error(ErrorCode::busy, "late assets appear in the range that is being cut");
    }
  }
  made.full = found.room.full();
  made.size_reason = found.room.size_reason();
  made.in_time = in_time;
  made.scanned_to = made.full ? found.lowest : in_time ? rest.from : passed(range);
  return made;
}

}  // namespace tranche
