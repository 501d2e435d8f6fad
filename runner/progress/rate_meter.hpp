#pragma once

#include "progress/figures.hpp"

#include <chrono>
#include <deque>

namespace tranche::runner {

/// How fast something grows, over the last minutes: a run that got slower should say so.
/// Threads: one.
class RateMeter {
 public:
  using Time = std::chrono::nanoseconds;  ///< CLOCK_MONOTONIC

  explicit RateMeter(Time start) : points_{{start, {}}} {}

  /// What has been done since the start; changes alone count.
  void note(Time now, const Amount& done);
  /// Empty: nothing has been done yet.
  std::optional<Rate> rate(Time now) const;

 private:
  struct Point {
    Time at;
    Amount done;
  };
  std::deque<Point> points_;  ///< never empty
};

}  // namespace tranche::runner
