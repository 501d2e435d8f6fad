#pragma once

#include "tranche/types.hpp"

#include <chrono>

namespace tranche::runner {

/// A batch that this worker holds. Times on CLOCK_BOOTTIME.
struct HeldBatch {
  Batch batch;
  std::chrono::nanoseconds asked_at;
  Duration lease;
  std::chrono::nanoseconds until;  ///< the end of the lease as far as we know
  bool items_are_there;            ///< in the worker's items file
};

}  // namespace tranche::runner
