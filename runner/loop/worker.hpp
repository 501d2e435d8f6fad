#pragma once

#include "loop/acquirer.hpp"
#include "loop/attempter.hpp"
#include "loop/heartbeat.hpp"
#include "loop/releaser.hpp"
#include "loop/run_state.hpp"
#include "loop/worker_setup.hpp"

namespace tranche::runner {

/// One loop of a run: acquire, execute, release, until nothing is left to do or the run ends.
class Worker {
 public:
  Worker(const WorkerSetup& setup, RunState& state);

  /// Never throws: what goes wrong is told on standard error and becomes the run's status.
  void run();

 private:
  void loop();
  /// Returns the next batch where it came with the end of this one.
  std::optional<HeldBatch> process(HeldBatch& held, std::int64_t iteration);
  std::optional<HeldBatch> conclude(const HeldBatch& held, const Verdict& verdict);
  /// Releases, and acquires for the iteration that is reserved already, in one commit.
  std::optional<HeldBatch> hand_over(const HeldBatch& held, const Verdict& verdict);
  /// What is in the ledger now.
  void tell_end(const Batch& after, const Verdict& verdict);
  /// Nothing could be recorded: the lease is over.
  void tell_lost(const HeldBatch& held, const Verdict& verdict, const std::string& why);

  const WorkerSetup setup_;
  RunState& state_;
  LiveInventory inventory_;
  Heartbeat heartbeat_;
  ItemsFile items_;
  Announcer announcer_;
  Releaser releaser_;
  Acquirer acquirer_;
  Attempter attempter_;
};

}  // namespace tranche::runner
