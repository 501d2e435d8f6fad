#pragma once

#include "loop/announcer.hpp"
#include "loop/held_batch.hpp"
#include "loop/live_inventory.hpp"
#include "loop/worker_setup.hpp"

namespace tranche::runner {

/// Processes a worker's batches: its files, its command, and how that ended. Records nothing.
/// Threads: one.
class Attempter {
 public:
  Attempter(const WorkerSetup& setup,
            LiveInventory& inventory,
            ItemsFile& items,
            Announcer& announcer)
      : setup_(setup), inventory_(inventory), items_(items), announcer_(announcer) {}

  /// Errors: what keeps the command from being tried at all, such as a source that is away.
  Verdict attempt(const HeldBatch& held, Watch& watch, std::int64_t iteration);

 private:
  struct Reading {
    std::string range_sql;
    SourcePlace source;  ///< empty without observers
  };
  /// Fills items_ where that is still to do.
  Reading read_batch(const HeldBatch& held);
  struct Executed {
    CommandResult result;
    Outputs outputs;  ///< the command's own, and what command adapters add
    Identity names;   ///< what it was called where it ran
  };
  /// Runs the command, once more after each start that failed.
  Executed execute(const BatchView& view, Watch& watch);
  CommandSpec command_for(const BatchView& view) const;
  Verdict judge_attempt(const HeldBatch& held,
                        const Watch& watch,
                        const BatchFiles& files,
                        Executed executed);
  /// Where not all is lost: which items are done, as far as the command has reported it.
  void settle(const HeldBatch& held,
              const Watch& watch,
              const std::filesystem::path& report,
              Verdict& verdict);

  const WorkerSetup& setup_;
  LiveInventory& inventory_;
  ItemsFile& items_;
  Announcer& announcer_;
};

}  // namespace tranche::runner
