#include "loop/run.hpp"

#include "exit_status.hpp"
#include "log.hpp"
#include "loop/batch_files.hpp"
#include "loop/horizon_watch.hpp"
#include "loop/news_watch.hpp"
#include "loop/run_ledger.hpp"
#include "loop/run_state.hpp"
#include "loop/summary.hpp"
#include "loop/throttle.hpp"
#include "loop/worker.hpp"
#include "observe/observation.hpp"
#include "process/apart.hpp"
#include "process/caller_watch.hpp"
#include "process/guard.hpp"
#include "process/process_runner.hpp"
#include "process/signals.hpp"
#include "progress/progress_display.hpp"
#include "run_identity.hpp"

#include "tranche/error.hpp"

#include <atomic>
#include <fcntl.h>
#include <thread>
#include <unistd.h>

namespace tranche::runner {
namespace {

// Whoever stops a run that is about to begin still finds it in the ledger, as a rule.
constexpr Duration kStartMoment = std::chrono::milliseconds(300);

void check_log_directory(const std::filesystem::path& directory) {
  if (directory.empty()) {
    return;
  }
  std::error_code failed;
  std::filesystem::create_directories(directory, failed);
  if (failed || ::access(directory.c_str(), W_OK | X_OK) != 0) {
    throw Error(ErrorCode::refused,
                "logs cannot be written to the folder " + directory.string() +
                    "; choose one that exists and may be written");
  }
}

/// The run as the inventory has it, with its start by the database's clock. Nobody asks without
/// observers.
Run recorded(LiveInventory& inventory, const Run& run, const RunOptions& options) {
  const auto& adapters = options.adapters.adapters;
  if (std::none_of(adapters.begin(), adapters.end(), [](const Adapter& adapter) {
        return static_cast<bool>(adapter.observer);
      })) {
    return run;
  }
  try {
    return inventory.get().find_run(run.id);
  } catch (const Error&) {
    Run approximate = run;
    approximate.started_at =
        std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    return approximate;
  }
}

/// Enters the run in the ledger. Empty: a signal came while the database did not answer.
std::optional<Run> start(const Run& ledger,
                         const RunOptions& options,
                         const InventoryOpener& open,
                         const std::shared_ptr<StopSource>& stop,
                         SignalWaiter& signals) {
  Apart<Run> starting([=] {
    LiveInventory inventory(open, *stop);
    start_in_ledger(inventory, ledger, options);
    return recorded(inventory, ledger, options);
  });
  const auto signal = signals.wait(starting.done_fd());
  if (!signal) {
    return starting.take();
  }
  stop->request(*signal);
  try {
    if (wait_for_any({starting.done_fd()}, kStartMoment)) {
      return starting.take();
    }
  } catch (const Error& error) {
    if (error.code() != ErrorCode::unreachable) {
      throw;
    }
  }
  log::warn("told to stop before the inventory answered");
  return std::nullopt;
}

/// Runs one worker after the pattern of `first` for each job while the main thread takes signals.
void work(const WorkerSetup& first, RunState& state, StopSource& stop, SignalWaiter& signals) {
  const FileDescriptor done = make_event();
  const int jobs = first.options.jobs;
  std::atomic<int> working = jobs;
  std::vector<std::thread> threads;
  for (int number = 0; number < jobs; ++number) {
    threads.emplace_back([&, number] {
      WorkerSetup setup = first;
      setup.number = number;
      Worker(setup, state).run();
      --working;
      raise_event(done.get());
    });
  }
  while (working > 0) {
    if (const auto signal = signals.wait(done.get())) {
      stop.request(*signal);
      Inventory::hurry(LiveInventory::kPatienceAfterStop);
    } else {
      clear_event(done.get());
    }
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

int final_status(const RunOptions& options, const RunState& state, const StopSource& stop) {
  if (stop.requested()) {
    return exit_of_signal(stop.signal());
  }
  if (state.iterations() == 0 && state.status() == 0) {
    return options.empty_exit_code.value_or(kExitDone);
  }
  // To the orchestrator this status means an empty backlog, and nothing else.
  const auto reserved = options.adapters.manners.empty_exit_code;
  return reserved && state.status() == *reserved ? 1 : state.status();
}

/// Nothing of ours reads it, and it may be a socket whose other end waits for all to close it.
void let_go_of_standard_input() {
  const FileDescriptor null = open_null();
  ::dup2(null.get(), STDIN_FILENO);
}

/// After a stop there is somebody who waits to kill us.
Duration patience_of(const StopSource& stop) {
  return stop.requested() ? std::chrono::milliseconds(500) : std::chrono::seconds(5);
}

void tell_end(const RunState& state,
              const RunOptions& options,
              const StopSource& stop,
              bool throttled) {
  if (state.iterations() == 0 && state.status() == 0 && !stop.requested() && !throttled) {
    log::info("nothing to process for job '" + options.job + "'");
  } else if (state.iterations() > 1) {
    log::info(std::to_string(state.iterations()) +
              " iterations: " + std::to_string(state.succeeded()) + " succeeded, " +
              std::to_string(state.failed()) + " failed");
  }
}

}  // namespace

int run(const RunOptions& options, const InventoryOpener& open) {
  SignalWaiter signals;
  let_go_of_standard_input();
  // The guard is forked from a process that holds nothing yet.
  const std::string run_id = random_uuid();
  Guard guard(RunFolder::path_for(run_id));
  Summary summary(options.summary);
  check_log_directory(options.log_directory);
  const RunFolder folder(RunFolder::path_for(run_id));
  const auto shared_stop = std::make_shared<StopSource>();
  StopSource& stop = *shared_stop;
  std::optional<CallerWatch> caller;
  if (options.adapters.manners.stop_with_caller) {
    caller.emplace();
  }
  const Run ledger =
      describe_run(run_id, options.job, options.window, options.command, options.identity);
  const auto started = start(ledger, options, open, shared_stop, signals);
  if (!started) {
    return exit_of_signal(stop.signal());
  }
  ProcessRunner commands(stop, &guard, {.ignored_signals = signals.ignored_at_start()});
  Observation observation(options.adapters.adapters, process_environment());
  observation.observers.tell(RunStarted{*started, options.iterations});
  RunState state(options);
  Throttle throttle(options, stop, commands);
  {
    NewsWatch news(open, options.job, options.jobs);
    HorizonWatch horizon(open, options.job);
    const ProgressDisplay progress(options, state, open);
    work({options,
          stop,
          commands,
          observation,
          open,
          ledger.id,
          folder.path(),
          0,
          &news,
          &horizon,
          &throttle},
         state,
         stop,
         signals);
  }
  const int status = final_status(options, state, stop);
  LiveInventory inventory(open, stop);
  finish_in_ledger(inventory, ledger.id, status, state);
  tell_end(state, options, stop, throttle.has_ended());
  const Json told = state.summary(ledger.id, status);
  observation.observers.finish(RunFinished{ledger.id, status, dump_line(told)}, patience_of(stop));
  summary.write(told);
  if (options.adapters.manners.result_on_stdout && options.summary != "-") {
    Summary("-").write(told);
  }
  return status;
}

}  // namespace tranche::runner
