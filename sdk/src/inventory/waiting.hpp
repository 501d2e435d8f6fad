#pragma once

#include "inventory/cutter.hpp"

#include "tranche/store.hpp"

#include <optional>
#include <string>

/// Small ranges that wait for more assets (Limits::min_count). When the oldest of them was first
/// seen stands with the window, for keys need not be times. It is never cleared: of a range that
/// went out the key lies behind those that wait now.
namespace tranche {

/// Whether the range, cut with these limits, may have to wait. Not where time ended it: more would
/// be found only after that. Not the last one of a campaign: no more can come.
bool is_small(const Cut& cut, const Limits& limits, const Window& window);

/// How long a small range that begins at this key waits from now on; empty: no longer. Keeps when
/// it was first seen. `window` is as it is now.
std::optional<Duration> time_to_wait(StoreTransaction& transaction,
                                     const Window& window,
                                     const Limits& limits,
                                     const Key& first);

/// For people; the same as long as the limits are.
std::string why_waiting(const Limits& limits);

}  // namespace tranche
