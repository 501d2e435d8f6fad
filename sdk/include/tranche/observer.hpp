#pragma once

#include "tranche/types.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

/// What an observer of a run hears. A run of steps is heard in two processes: in that of `acquire`
/// RunStarted, BatchAcquired, BatchHandedOver; in that of `release` BatchResumed, BatchReleased,
/// RunFinished. Every event stands for itself and can be kept.
namespace tranche {

struct RunStarted {
  Run run;                                 ///< with the orchestrator's names
  std::optional<std::int64_t> iterations;  ///< unset: until nothing can be handed out
};

struct BatchAcquired {
  Batch batch;
  std::int64_t iteration = 0;  ///< counts from 1
  std::string range_sql;       ///< selects exactly the batch in its table; may be empty
  SourcePlace source;          ///< where that table is
};

/// `acquire` has given the batch to its caller and ends; the attempt goes on without it.
struct BatchHandedOver {
  std::int64_t batch_id = 0;
};

/// `release` is about to tell the end of what an `acquire` began: nothing in it is new.
struct BatchResumed {
  Run run;
  BatchAcquired acquired;  ///< as it was told then; `source` is empty where it does not answer now
};

/// What the command wrote into its progress file.
struct BatchProgress {
  std::int64_t batch_id = 0;
  std::int64_t done = 0;   ///< in the command's own units
  std::int64_t total = 0;  ///< above 0, not below `done`
};

/// The end of an attempt; exactly one for each BatchAcquired of a runner that is not killed, or for
/// a BatchResumed.
struct BatchReleased {
  Batch batch;      ///< as it stands now, with the attempt's exit code, message and outputs
  int attempt = 0;  ///< the one that ended
  Outcome outcome = Outcome::succeeded;
  bool recorded = true;  ///< false: the inventory could not be told, or nothing was to be told
  std::string told;      ///< for people: "failed with exit status 3 after 0.2 s"
  Duration elapsed{};    ///< of the command
};

struct RunFinished {
  std::string run_id;
  int exit_status = 0;
  std::string summary;  ///< the run's summary, one line of JSON
};

using RunEvent = std::variant<RunStarted,
                              BatchAcquired,
                              BatchHandedOver,
                              BatchResumed,
                              BatchProgress,
                              BatchReleased,
                              RunFinished>;

/// Hears what happens in one run, in order. It cannot fail, delay or block the run: events are
/// queued, what does not fit the queue is dropped, and after the last event the run waits for it
/// only a moment.
/// Errors:  whatever it throws is told once as a warning; later events still come.
/// Threads: one, its own, but for abandon().
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_run_started(const RunStarted&) {}
  virtual void on_batch_acquired(const BatchAcquired&) {}
  /// The last call in a process of `acquire`, as on_run_finished() is in others.
  virtual void on_batch_handed_over(const BatchHandedOver&) {}
  /// The first call in a process of `release`.
  virtual void on_batch_resumed(const BatchResumed&) {}
  virtual void on_progress(const BatchProgress&) {}
  virtual void on_batch_released(const BatchReleased&) {}
  /// The last call. What is to survive the process must be done when it returns.
  virtual void on_run_finished(const RunFinished&) {}
  /// The run ends now, although a call has not returned. From another thread, while that call goes
  /// on: what the observer holds outside this process must be let go of, at once.
  virtual void abandon() noexcept {}
};

}  // namespace tranche
