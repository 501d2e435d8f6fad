#pragma once

#include "tranche/key.hpp"
#include "tranche/source.hpp"

#include <compare>
#include <limits>
#include <optional>

namespace tranche::coverage {

/// A place between keys: before one or behind it.
struct Edge {
  std::optional<Key> key;  ///< empty: before all of them
  bool behind = false;

  friend bool operator==(const Edge&, const Edge&) = default;
  friend auto operator<=>(const Edge&, const Edge&) = default;
};

inline Edge before(const Key& key) {
  return {key, false};
}
/// Behind a number is before the next one, so that neighbours meet at the same place.
inline Edge behind(const Key& key) {
  if (key.is_number() && key.number() < std::numeric_limits<std::int64_t>::max()) {
    return {Key::from_number(key.type(), key.number() + 1), false};
  }
  return {key, true};
}

/// The keys between two places.
struct Stretch {
  Edge begin;
  Edge end;

  bool empty() const { return !(begin < end); }
};

inline Stretch only(const Key& key) {
  return {before(key), behind(key)};
}

inline SourceRange range_of(const Stretch& stretch) {
  SourceRange range;
  (stretch.begin.behind ? range.after : range.from) = stretch.begin.key;
  (stretch.end.behind ? range.to : range.before) = stretch.end.key;
  return range;
}

}  // namespace tranche::coverage
