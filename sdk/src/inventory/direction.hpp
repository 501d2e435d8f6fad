#pragma once

#include "tranche/source.hpp"

namespace tranche {

/// A range that is read from either end: how far reading has got, and where it will stop.
inline const std::optional<Key>& passed(const SourceRange& range) {
  return range.descending ? range.before : range.after;
}
inline void pass(SourceRange& range, const Key& key) {
  (range.descending ? range.before : range.after) = key;
  (range.descending ? range.to : range.from).reset();
}
inline const std::optional<Key>& stop_of(const SourceRange& range) {
  return range.descending ? range.from : range.to;
}
inline void stop_at(SourceRange& range, const Key& key) {
  (range.descending ? range.from : range.to) = key;
  (range.descending ? range.after : range.before).reset();
}

}  // namespace tranche
