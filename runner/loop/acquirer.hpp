#pragma once

#include "loop/held_batch.hpp"
#include "loop/live_inventory.hpp"
#include "loop/releaser.hpp"
#include "loop/run_state.hpp"
#include "loop/worker_setup.hpp"

namespace tranche::runner {

/// Takes batches for one worker, their items into its items file, and knows when to ask again.
/// Threads: one.
class Acquirer {
 public:
  Acquirer(const WorkerSetup& setup,
           RunState& state,
           LiveInventory& inventory,
           ItemsFile& items,
           Releaser& releaser)
      : setup_(setup), state_(state), inventory_(inventory), items_(items), releaser_(releaser) {}

  /// Empty: nothing can be handed out now.
  std::optional<HeldBatch> acquire();
  /// What a release asks for that acquires as well; take_up() hears the answer.
  AcquireOptions next_options();
  std::optional<HeldBatch> take_up(const Acquired& answer, std::chrono::nanoseconds asked_at);
  /// The last acquire stopped for time: the next one goes on.
  bool is_unfinished() const { return unfinished_; }
  /// Until it is time to look again, or there is news, or the end.
  void wait_for_more();

 private:
  const WorkerSetup& setup_;
  RunState& state_;
  LiveInventory& inventory_;
  ItemsFile& items_;
  Releaser& releaser_;
  bool woken_ = false;              ///< by news, since the last wait
  std::optional<Duration> due_in_;  ///< of the last acquire
  bool unfinished_ = false;
};

}  // namespace tranche::runner
