#pragma once

#include "loop/run_state.hpp"
#include "progress/rate_meter.hpp"
#include "progress/window_watch.hpp"

namespace tranche::runner {

/// What a run shows of itself: its own part is known at any time, what others do in the window from
/// one look to the next. Of a campaign everything counts, of the incremental window what is done
/// since the run began.
/// Threads: one.
class RunFigures {
 public:
  using Time = RateMeter::Time;
  RunFigures(bool campaign, Time start) : campaign_(campaign), rate_(start) {}

  /// `own`: what the run itself had done at the end of the look.
  void take(const WindowLook& look, const Amount& own);
  Figures figures(const RunState::Snapshot& run, Time now);

 private:
  const bool campaign_;
  RateMeter rate_;
  std::optional<WindowLook> look_;
  Amount own_at_look_;
  Amount before_;  ///< done in the window before the run began
};

}  // namespace tranche::runner
