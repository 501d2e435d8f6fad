#pragma once

#include "loop/environment.hpp"
#include "loop/outcome.hpp"
#include "observe/observation.hpp"

namespace tranche::runner {

/// Tells a run's observers of one worker's batches: an end follows each beginning, and no other.
/// Threads: one.
class Announcer {
 public:
  explicit Announcer(Observation& observation) : observation_(observation) {}

  bool is_heard() const { return !observation_.observers.empty(); }
  void acquired(const BatchView& view);
  /// The command has ended: what it writes of its progress from now on is nobody's.
  void command_ended(const Batch& batch) { observation_.progress.end(batch.id); }
  /// Of what was told as acquired; otherwise nothing. `recorded`: in the inventory.
  void released(const Batch& after, const Verdict& verdict, Outcome outcome, bool recorded);

 private:
  Observation& observation_;
  bool told_ = false;  ///< observers wait for the end of the attempt
};

}  // namespace tranche::runner
