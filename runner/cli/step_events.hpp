#pragma once

#include "cli/adapters.hpp"
#include "cli/command.hpp"
#include "observe/observer_hub.hpp"

#include "tranche/error.hpp"
#include "tranche/inventory.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tranche::cli {

/// --adapter of a command that does one step.
void add_step_adapters(Command& command, std::vector<std::string>& names);

/// What observers hear of a step. `acquire` begins an attempt and `release` ends it, each in a
/// process of its own, so its names come from the ledger. No call fails the step, and none takes
/// much longer than a second, whatever does not answer.
class StepEvents {
 public:
  /// Errors: usage, for names that are no adapters.
  StepEvents(const Context& context, const std::vector<std::string>& adapters);

  /// The orchestrator's names for the step.
  Identity identity() const;

  /// Of `acquire`, once its caller has the batch.
  void tell_begin(Inventory& inventory, const Batch& batch, const std::string& range_sql);

  /// Of `release`, before it: whether it ends what an `acquire` began, and is no repetition.
  void expect_end(Inventory& inventory, std::int64_t batch_id, const std::string& token);
  /// After it, as tell_refused() where it was refused. Both do nothing where no end is expected.
  void tell_end(const Batch& after, const ReleaseRequest& request);
  /// The lease is lost to somebody else or to an operator, who cancelled the batch.
  void tell_refused(const Error& error);

 private:
  struct Begun {
    Run run;
    Batch batch;
    Outcome without_release = Outcome::lost;  ///< where a release is refused
  };
  std::optional<Begun> find_begun(Inventory& inventory,
                                  std::int64_t batch_id,
                                  const std::string& token);
  BatchAcquired as_acquired(const Batch& batch) const;
  void tell(const BatchReleased& released, int status);

  const Context context_;
  const runner::AdapterChoice choice_;
  runner::ObserverHub hub_;
  std::optional<Begun> begun_;
};

}  // namespace tranche::cli
