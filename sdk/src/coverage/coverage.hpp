#pragma once

#include "coverage/points.hpp"
#include "coverage/stretch.hpp"
#include "coverage/window_ranges.hpp"
#include "inventory/impl.hpp"

#include <optional>
#include <vector>

namespace tranche::coverage {

/// A window with the keys that it was made for.
struct Scope {
  Window window;
  Stretch keys;
  Key last;  ///< the last of them
};

/// The windows of a job, or one of them; those without any key left out.
/// A campaign's keys are those of its bounds; a cancelled one's, among others, those that it handed
/// out. The incremental window's reach from its first key to the newest settled one.
std::vector<Scope> scopes_of(Inventory::Impl& impl,
                             const Job& job,
                             const std::optional<std::string>& window);

/// What the succeeded batches of some windows of a job cover, in key order. Memory grows with
/// the number of straggler batches only.
class Coverage {
 public:
  Coverage(Inventory::Impl& impl, const Job& job, const std::vector<Scope>& scopes);

  /// Disjoint; neighbours may meet. Empty: no more.
  std::optional<Stretch> next();

 private:
  void next_point();
  bool in_succeeded_range(const Key& key);
  std::optional<Stretch> next_of_ranges();

  Inventory::Impl& impl_;
  Job job_;
  std::vector<WindowRanges> windows_;
  std::vector<std::int64_t> window_ids_;
  Points points_;
  std::optional<Point> point_;
  std::optional<Stretch> current_;  ///< what is left of the ranges that are passed
};

}  // namespace tranche::coverage
