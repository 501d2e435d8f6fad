#pragma once

#include "tranche/key.hpp"
#include "tranche/source.hpp"
#include "tranche/units.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tranche::horizon {

/// What was seen at one moment, in this order: the newest key, then the writers.
struct Look {
  Key newest;
  Writers writers;
  TimePoint at;
};

/// Looks at one source, kept until they can say up to which key no asset can appear any more.
///
/// A writer takes a lock before it takes a key, and keeps it to its end. So whoever could still add
/// a key up to `newest` is among the writers seen after it: when they have all ended, the point is
/// free, and every key up to it that will ever exist is visible to a statement begun from then on.
///
/// A writer that is still there at a later look was there at all looks since it was first seen, so
/// the writers of older points are among those of newer ones: a writer is stored once, with the
/// first point that waits for it. Source: DESIGN "The horizon"; torture test in
/// tests/stress/horizon_test.cpp.
class Points {
 public:
  /// A damaged text reads as no points, which only delays.
  static Points parse(KeyType type, std::string_view text);
  std::string text() const;

  /// Returns whether there is something new to keep.
  bool add(const Look& look, Duration settle);
  /// The key of the newest point that is free and at least `settle` old; empty: none is.
  std::optional<Key> settled(TimePoint now, Duration settle) const;
  std::size_t size() const { return points_.size(); }

 private:
  struct Point {
    Key key;
    TimePoint at;
  };
  /// The first point that waits for somebody.
  std::size_t first_waiting() const;
  void forget_ended(const Writers& seen);
  void thin(TimePoint now, Duration settle);
  bool is_spare(std::size_t index, TimePoint now, Duration settle) const;
  void erase(std::size_t index);

  std::string server_;
  std::vector<Point> points_;                     ///< keys and times rise
  std::map<std::string, std::size_t> waits_for_;  ///< writer: the first point that waits for it
};

}  // namespace tranche::horizon
