#pragma once

#include "loop/batch_files.hpp"
#include "loop/environment.hpp"
#include "loop/heartbeat.hpp"
#include "loop/horizon_watch.hpp"
#include "loop/live_inventory.hpp"
#include "loop/news_watch.hpp"
#include "loop/outcome.hpp"
#include "loop/run_state.hpp"
#include "loop/throttle.hpp"
#include "observe/observation.hpp"
#include "process/command_runner.hpp"

#include <filesystem>

namespace tranche::runner {

/// What one worker needs from its run.
struct WorkerSetup {
  const RunOptions& options;
  const StopSource& stop;
  CommandRunner& commands;
  Observation& observation;
  InventoryOpener open;
  std::string run_id;
  std::filesystem::path folder;  ///< of the run
  int number = 0;                ///< counts from 0
  NewsWatch* news = nullptr;     ///< needed where the run follows
  HorizonWatch* horizon = nullptr;
  Throttle* throttle = nullptr;  ///< needed
};

/// One loop of a run: acquire, execute, release, until nothing is left to do or the run ends.
class Worker {
 public:
  Worker(const WorkerSetup& setup, RunState& state);

  /// Never throws: what goes wrong is told on standard error and becomes the run's status.
  void run();

 private:
  struct Held {
    Batch batch;
    std::chrono::nanoseconds asked_at;
    Duration lease;
    std::chrono::nanoseconds until;  ///< the end of the lease as far as we know, CLOCK_BOOTTIME
    bool items_are_there;            ///< in items_
  };
  /// Empty: nothing can be handed out now.
  std::optional<Held> acquire();
  /// Until it is time to look again, or there is news, or the end.
  void wait_for_more();
  AcquireOptions next_options();
  std::optional<Held> take_up(const Acquired& answer, std::chrono::nanoseconds asked_at);
  /// Returns the next batch where it came with the end of this one.
  std::optional<Held> process(Held& held, std::int64_t iteration);
  Verdict attempt(const Held& held, Watch& watch, std::int64_t iteration);
  /// Where not all is lost: which items are done, as far as the command has reported it.
  void settle(const Held& held,
              const Watch& watch,
              const std::filesystem::path& report,
              Verdict& verdict);
  struct Reading {
    std::string range_sql;
    SourcePlace source;  ///< empty without observers
  };
  /// Fills items_ where that is still to do.
  Reading read_batch(const Held& held);
  struct Executed {
    CommandResult result;
    Outputs outputs;  ///< the command's own, and what command adapters add
    Identity names;   ///< what it was called where it ran
  };
  /// Runs the command, once more after each start that failed.
  Executed execute(const BatchView& view, Watch& watch);
  /// For `runs --identity`; warns where that is not possible.
  void record_names(const Verdict& verdict);
  CommandSpec command_for(const BatchView& view) const;
  void observe_acquired(const BatchView& view);
  /// Of what was observed as acquired; otherwise nothing.
  void observe_released(const Batch& after, const Verdict& verdict, Outcome outcome, bool recorded);
  std::string iterations_text() const;
  std::optional<Held> conclude(const Held& held, const Verdict& verdict);
  /// Releases, and acquires for the iteration that is reserved already, in one commit.
  std::optional<Held> hand_over(const Held& held, const Verdict& verdict);
  void tell(const Batch& after, const Verdict& verdict);
  /// After a failure of ours before the command could run: the attempt does not count. Never
  /// throws.
  void give_back(const Held& held, const std::string& why);
  Batch release(const Held& held, const ReleaseRequest& request);
  /// Until the lease ends; then says what to do by hand.
  template <typename Result>
  Result keep_releasing(const Held& held,
                        const ReleaseRequest& request,
                        const std::function<Result(Inventory&)>& work,
                        const std::function<std::optional<Result>(Inventory&)>& in_doubt);

  const WorkerSetup setup_;
  RunState& state_;
  LiveInventory inventory_;
  Heartbeat heartbeat_;
  ItemsFile items_;
  bool woken_ = false;              ///< by news, since the last wait
  std::optional<Duration> due_in_;  ///< of the last acquire
  bool unfinished_ = false;         ///< the last acquire stopped for time: the next one goes on
  bool observed_ = false;           ///< observers wait for the end of the attempt
};

}  // namespace tranche::runner
