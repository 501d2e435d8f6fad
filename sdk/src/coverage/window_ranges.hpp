#pragma once

#include "coverage/stretch.hpp"
#include "inventory/impl.hpp"
#include "inventory/key_cursor.hpp"

#include <deque>
#include <optional>

namespace tranche::coverage {

/// Whether a window's batches leave out assets between their first and last key, so that they cover
/// exactly their key sets.
inline bool is_narrow(const Window& window) {
  return !window.filter.empty() || window.only_missing;
}

/// What the succeeded ranges of a window cover, in key order, read in pages.
class WindowRanges {
 public:
  /// Ranges that begin behind `to` are left out.
  WindowRanges(Inventory::Impl& impl, const Job& job, const Window& window, Key to)
      : impl_(&impl), job_(job), window_(window), to_(std::move(to)) {}

  /// Null at the end. Good until pop().
  const Stretch* peek();
  void pop() { page_.pop_front(); }

 private:
  void read_page();
  std::int64_t read_ranges();
  std::int64_t read_narrow_ranges();
  /// Some of the assets of the first of narrow_; what it covers of them.
  void read_assets();
  /// `half`: of a range that was split.
  void passed(const Key& first_key, bool half, std::int64_t& cut);

  /// A range whose assets are read one by one.
  struct Narrow {
    Batch batch;
    SourceRange rest;
    KeyCursor keys;
  };
  Inventory::Impl* impl_;
  Job job_;
  Window window_;
  Key to_;
  int generation_ = 0;          ///< that pages are read of
  std::optional<Key> page_at_;  ///< the last range of the page before that is no half
  std::deque<Stretch> page_;
  std::deque<Narrow> narrow_;
};

}  // namespace tranche::coverage
