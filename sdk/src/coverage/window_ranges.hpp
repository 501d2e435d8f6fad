#pragma once

#include "coverage/stretch.hpp"
#include "inventory/impl.hpp"

#include <deque>
#include <optional>

namespace tranche::coverage {

/// What the succeeded ranges of a window cover, in key order, read in pages.
class WindowRanges {
 public:
  /// Ranges that begin behind `to` are left out.
  WindowRanges(Inventory::Impl& impl, const Window& window, Key to)
      : impl_(&impl), window_(window), to_(std::move(to)) {}

  /// Null at the end. Good until pop().
  const Stretch* peek();
  void pop() { page_.pop_front(); }

 private:
  void read_page();

  Inventory::Impl* impl_;
  Window window_;
  Key to_;
  int generation_ = 0;          ///< that pages are read of
  std::optional<Key> page_at_;  ///< the last range of the page before that is no half
  std::deque<Stretch> page_;
};

}  // namespace tranche::coverage
