#pragma once

#include <sys/types.h>

namespace tranche::runner {

/// Sends `signal` to every process of the group, and SIGCONT after it: a stopped process would keep
/// it pending.
void signal_group(pid_t group, int signal) noexcept;

/// Whether a process other than `leader` lives in the leader's group. The leader must not have been
/// reaped: its zombie keeps the number of the group from being given out again. True where /proc
/// cannot be read. Cost: one pass over /proc; kill(-group, 0) cannot tell, it succeeds for the
/// zombie.
bool group_outlives(pid_t leader);

}  // namespace tranche::runner
