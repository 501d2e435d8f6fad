#pragma once

#include "inventory/room.hpp"
#include "inventory/timed_scan.hpp"

#include "tranche/inventory.hpp"
#include "tranche/key_set.hpp"
#include "tranche/source.hpp"
#include "tranche/types.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace tranche {

/// Where a window's next range begins.
struct Position {
  std::optional<Key> after;  ///< exclusive
  std::optional<Key> from;   ///< inclusive
};
Position next_position(const Window& window);
/// Whether there can be an asset from the position up to `to`.
bool reaches(const Position& position, const std::optional<Key>& to);

/// A range read from the source.
struct Cut {
  std::optional<Key> first_key;  ///< empty: no asset matched
  std::optional<Key> last_key;
  std::int64_t count = 0;
  double weight = 0;
  std::uint64_t digest = 0;
  std::string last_part;          ///< packed keys that were not handed to on_part
  bool full = false;              ///< ended by the limits, not for want of assets
  bool in_time = true;            ///< false: what lies behind `scanned_to` was not read
  std::string size_reason;        ///< where a SizePlan said how large it may be
  std::optional<Key> scanned_to;  ///< the window's frontier after this range
};

/// Reads the source from a position in key order and stops at the limits: the cost follows the
/// batch, never the backlog.
class Cutter {
 public:
  using OnPart = std::function<void(const std::string&)>;

  /// `on_part` takes the packed keys as they fill, but for the last part.
  Cutter(Source& source, const Room& room, AssetSink* sink, OnPart on_part)
      : source_(source), room_(room), sink_(sink), on_part_(std::move(on_part)) {}
  /// As large as the limits allow.
  Cutter(Source& source, const Limits& limits, AssetSink* sink, OnPart on_part)
      : Cutter(source, Room(limits), sink, std::move(on_part)) {}

  /// Asked once where all up to `to` is read and there is room: the newest key that may be handed
  /// out now.
  using Further = std::function<std::optional<Key>()>;

  /// `to` is inclusive: the newest key that is known to be one that may be handed out.
  /// `timed` bounds the time that it takes.
  Cut cut(const Position& position,
          Key to,
          const Further& further = nullptr,
          TimedScan* timed = nullptr);

  /// For whoever reads the source: false where the asset belongs into the next range. full() may
  /// tell before.
  bool offer(const Asset& asset);
  bool full() const { return room_.full(); }
  /// What was offered until now, scanned up to the last asset taken.
  Cut finish();

 private:
  std::int64_t next_chunk() const;
  /// Reads to the end of the range or until the limits are reached; whether they are.
  bool read(SourceRange& range);
  /// False: the time was over before.
  bool read(SourceRange& range, TimedScan* timed);

  Source& source_;
  Room room_;
  AssetSink* sink_;
  OnPart on_part_;
  KeySetWriter keys_;
  Cut cut_;
};

}  // namespace tranche
