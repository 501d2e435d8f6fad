#pragma once

#include "process/file_descriptor.hpp"

#include <atomic>
#include <cstddef>
#include <mutex>
#include <vector>

namespace tranche::runner {

/// Tells any number of threads that the runner shall stop. Never reset.
class StopSource {
 public:
  StopSource() : requested_(make_event()) {}

  /// Any thread, any number of times; each signal is forwarded to the running commands.
  void request(int signal);

  bool requested() const { return signal() != 0; }
  /// The first signal; 0 while none was requested.
  int signal() const { return first_.load(); }
  /// Readable for ever once requested; never read it.
  int fd() const { return requested_.get(); }
  /// The signals after the first `seen`, oldest first.
  std::vector<int> signals_after(std::size_t seen) const;

 private:
  FileDescriptor requested_;
  std::atomic<int> first_{0};
  mutable std::mutex mutex_;
  std::vector<int> signals_;
};

}  // namespace tranche::runner
