#pragma once

#include "process/file_descriptor.hpp"

#include <chrono>

namespace tranche::runner {

/// A descriptor that is readable from a given moment on CLOCK_BOOTTIME on. A time-out of poll()
/// would not do: it stands still while the machine is suspended.
class BootTimer {
 public:
  BootTimer();
  /// Replaces the moment set before; kNever disarms.
  void set(std::chrono::nanoseconds moment);
  int fd() const { return fd_.get(); }

 private:
  FileDescriptor fd_;
  std::chrono::nanoseconds moment_;
};

}  // namespace tranche::runner
