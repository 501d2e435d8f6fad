#pragma once

#include <chrono>
#include <ctime>

namespace tranche::runner {

/// "Never", on either clock.
inline constexpr auto kNever = std::chrono::nanoseconds::max();

inline std::chrono::nanoseconds read_clock(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

/// Time-outs and grace: a suspended machine does not use them up.
inline std::chrono::nanoseconds monotonic_now() {
  return read_clock(CLOCK_MONOTONIC);
}

/// Leases: they run on in the database while this machine is suspended.
inline std::chrono::nanoseconds boot_now() {
  return read_clock(CLOCK_BOOTTIME);
}

}  // namespace tranche::runner
