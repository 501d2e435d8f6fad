#pragma once

#include "tranche/error.hpp"

namespace tranche::runner {

// The convention of env(1) and timeout(1), so that a job command's own status passes through.
inline constexpr int kExitDone = 0;
inline constexpr int kExitDifferent = 1;        ///< `audit`, `diff`: a difference is there
inline constexpr int kExitUsage = 2;            ///< refused without opening a database or a file
inline constexpr int kExitNothing = 99;         ///< `acquire`: nothing to acquire
inline constexpr int kExitTimeout = 124;        ///< the command ran past --timeout
inline constexpr int kExitFailure = 125;        ///< tranche itself failed
inline constexpr int kExitNotExecutable = 126;  ///< the command cannot be executed
inline constexpr int kExitNotFound = 127;       ///< the command is not found

/// The status of a command that signal `number` ended.
constexpr int exit_of_signal(int number) {
  return 128 + number;
}

constexpr int exit_of_error(ErrorCode code) {
  return code == ErrorCode::usage ? kExitUsage : kExitFailure;
}

}  // namespace tranche::runner
