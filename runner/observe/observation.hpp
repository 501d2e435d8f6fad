#pragma once

#include "observe/command_adapters.hpp"
#include "observe/observer_hub.hpp"
#include "observe/progress_watch.hpp"

#include "tranche/adapter.hpp"

#include <vector>

namespace tranche::runner {

/// An adapter whose observer cannot be made is told as a warning and left out.
std::vector<NamedObserver> make_observers(const std::vector<Adapter>& adapters,
                                          const Environment& environment);

/// What the adapters of a run hear, and what they do to its commands.
struct Observation {
  /// An adapter that cannot be made is told as a warning and left out.
  Observation(const std::vector<Adapter>& adapters, const Environment& environment);

  ObserverHub observers;
  ProgressWatch progress;
  CommandAdapters commands;
};

}  // namespace tranche::runner
