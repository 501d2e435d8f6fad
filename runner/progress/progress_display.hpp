#pragma once

#include "loop/run_options.hpp"
#include "loop/run_state.hpp"
#include "progress/run_figures.hpp"
#include "progress/window_watch.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace tranche::runner {

/// Shows how far a run is while it lives: by a line at the bottom of the terminal, or by a line in
/// the log now and then. Has a thread of its own, and a connection once there is something to show.
class ProgressDisplay {
 public:
  ProgressDisplay(const RunOptions& options, const RunState& state, const InventoryOpener& open);
  ~ProgressDisplay();
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;

 private:
  void live();
  /// False: the run is over.
  bool sleep(Duration duration);
  void look();
  Figures figures();
  void draw();
  void tell();

  const RunState& state_;
  const ProgressKind kind_;
  const Duration interval_;
  WindowWatch watch_;
  RunFigures figures_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace tranche::runner
