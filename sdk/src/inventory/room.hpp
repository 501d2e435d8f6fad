#pragma once

#include "sizing/sizer.hpp"

#include "tranche/types.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace tranche {

/// What a range has, and what it has room for. A value.
class Room {
 public:
  /// `size` makes ranges smaller than the limits would.
  explicit Room(const Limits& limits, std::optional<SizePlan> size = std::nullopt)
      : limits_(limits), size_(std::move(size)) {}

  /// False: the asset belongs into the next range. full() may tell before.
  bool take(double weight);
  bool full() const { return full_; }
  std::int64_t count() const { return count_; }
  double weight() const { return weight_; }
  /// By the limit of the count; empty: there is none.
  std::optional<std::int64_t> left() const;
  /// Where a SizePlan said how large it may be, why it has this size.
  std::string size_reason() const;

 private:
  bool fits(double weight) const;

  Limits limits_;
  std::optional<SizePlan> size_;
  std::int64_t count_ = 0;
  double weight_ = 0;
  double refused_ = 0;  ///< weight of the asset that there is no room for
  bool full_ = false;
};

}  // namespace tranche
