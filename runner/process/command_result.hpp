#pragma once

#include "tranche/units.hpp"

#include <string>

namespace tranche::runner {

/// How a command ended.
struct CommandResult {
  /// In the order of precedence in which an end is judged:
  enum class Kind {
    lease_lost,   ///< it was stopped because the lease was lost, cancelled or about to end; nothing
                  ///< else counts
    stopped,      ///< the runner was told to stop, and it did not exit 0
    not_started,  ///< it could not be executed
    timed_out,    ///< it ran past its time-out, even if it then exited 0
    exited,       ///< by itself; also exit 0 after the runner was told to stop
    signalled,    ///< by a signal that is not ours
  };

  Kind kind = Kind::not_started;
  /// What it exited with, whatever the kind; -1 where it did not exit.
  int exit_code = -1;
  /// stopped: the signal by which the runner was told to stop; else the signal that ended it; 0
  /// where none did.
  int signal = 0;
  /// not_started: ENOENT becomes status 127, everything else 126.
  int start_errno = 0;
  /// The last 8 KiB of its standard error; may begin in the middle of a line or a character.
  std::string stderr_tail;
  /// Why a log file is incomplete (ENOSPC, ...); 0 where it is whole.
  int log_errno = 0;

  Duration elapsed{0};
  /// Of the command and those of its children that it waited for.
  Duration user_time{0};
  Duration system_time{0};
  long max_rss_kib = 0;

  bool succeeded() const { return kind == Kind::exited && exit_code == 0; }
};

}  // namespace tranche::runner
