#pragma once

#include "loop/announcer.hpp"
#include "loop/held_batch.hpp"
#include "loop/live_inventory.hpp"

namespace tranche::runner {

/// Records how a worker's batches end, for as long as their leases last.
/// Errors: lease_lost; where the database stays away, one that says what to do by hand.
/// Threads: one.
class Releaser {
 public:
  Releaser(const RunOptions& options, LiveInventory& inventory, Announcer& announcer)
      : options_(options), inventory_(inventory), announcer_(announcer) {}

  Batch release(const HeldBatch& held, const ReleaseRequest& request);
  /// Releases and acquires in one commit; `asked_at` becomes the time of the request.
  Handed hand_over(const HeldBatch& held,
                   const ReleaseRequest& request,
                   const AcquireOptions& next,
                   std::chrono::nanoseconds& asked_at);
  /// After a failure of ours before the command could run: the attempt does not count. Never
  /// throws.
  void give_back(const HeldBatch& held, const std::string& why);

 private:
  template <typename Result>
  Result keep_trying(const HeldBatch& held,
                     const ReleaseRequest& request,
                     const std::function<Result(Inventory&)>& work,
                     const std::function<std::optional<Result>(Inventory&)>& in_doubt);

  const RunOptions& options_;
  LiveInventory& inventory_;
  Announcer& announcer_;
};

}  // namespace tranche::runner
