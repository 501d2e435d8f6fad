#pragma once

#include "process/file_descriptor.hpp"

#include <sys/types.h>
#include <thread>
#include <vector>

namespace tranche::runner {

/// Sends this process SIGTERM when whoever began it dies: an orchestrator whose task was killed
/// starts the next try, and would have two writers. Watched are the parent and its own parents up
/// to the one that made the session, since a shell may stand between; PR_SET_PDEATHSIG would see
/// the parent alone, and fires when a mere thread of it ends. Kernels before 5.3 cannot: then
/// nothing is watched.
class CallerWatch {
 public:
  CallerWatch();
  ~CallerWatch();
  CallerWatch(const CallerWatch&) = delete;
  CallerWatch& operator=(const CallerWatch&) = delete;

 private:
  void live();

  std::vector<FileDescriptor> callers_;
  FileDescriptor closing_ = make_event();
  std::thread thread_;
};

}  // namespace tranche::runner
