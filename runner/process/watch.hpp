#pragma once

#include "process/clocks.hpp"
#include "process/file_descriptor.hpp"

#include "tranche/units.hpp"

#include <atomic>
#include <chrono>

namespace tranche::runner {

/// How a command's process loop hears of its lease. The heartbeat thread writes, the loop reads;
/// one Watch per run of a command. A fresh one has a lease without end.
class Watch {
 public:
  Watch() : changed_(make_event()) {}

  /// The lease now lasts for `lease`, counted from `asked_at` on CLOCK_BOOTTIME: the moment
  /// *before* the request that granted it was sent.
  void renew(std::chrono::nanoseconds asked_at, Duration lease);
  /// The token was refused or the batch was cancelled: the command must end.
  void lose_lease();

  bool lease_lost() const { return lost_.load(); }
  /// The end of the lease on CLOCK_BOOTTIME; kNever where it has none.
  std::chrono::nanoseconds deadline() const { return deadline_.load(); }
  /// The length of the lease when it was last renewed.
  std::chrono::nanoseconds lease() const { return lease_.load(); }

  /// Readable after a change, until acknowledged.
  int fd() const { return changed_.get(); }
  void acknowledge() { clear_event(changed_.get()); }

 private:
  FileDescriptor changed_;
  std::atomic<bool> lost_{false};
  std::atomic<std::chrono::nanoseconds> deadline_{kNever};
  std::atomic<std::chrono::nanoseconds> lease_{kNever};
};

/// When a lease that is not renewed makes its command end, on CLOCK_BOOTTIME.
struct LeasePlan {
  std::chrono::nanoseconds terminate_at;  ///< SIGTERM
  std::chrono::nanoseconds kill_at;       ///< SIGKILL, before the lease ends
  std::chrono::nanoseconds
      guard_at;  ///< SIGKILL by the guard: later, for a runner that was stopped itself
};

/// SIGTERM `grace` + 2 s before the end, SIGKILL 2 s before it. Both shrink with a short lease, to
/// a third of it together: a runner renews every third, and one late renewal must not end a healthy
/// command.
LeasePlan plan_lease_end(std::chrono::nanoseconds deadline,
                         std::chrono::nanoseconds lease,
                         std::chrono::nanoseconds grace);

}  // namespace tranche::runner
