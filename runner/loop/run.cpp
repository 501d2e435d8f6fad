#include "loop/run.hpp"

#include "exit_status.hpp"
#include "log.hpp"
#include "loop/batch_files.hpp"
#include "loop/run_ledger.hpp"
#include "loop/run_state.hpp"
#include "loop/summary.hpp"
#include "loop/worker.hpp"
#include "process/guard.hpp"
#include "process/process_runner.hpp"
#include "process/signals.hpp"
#include "run_identity.hpp"

#include "tranche/error.hpp"

#include <atomic>
#include <thread>
#include <unistd.h>

namespace tranche::runner {
namespace {

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
  return state.status();
}

void tell_end(const RunState& state, const RunOptions& options, const StopSource& stop) {
  if (state.iterations() == 0 && state.status() == 0 && !stop.requested()) {
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
  // The guard is forked from a process that holds nothing yet.
  const std::string run_id = random_uuid();
  Guard guard(RunFolder::path_for(run_id));
  Summary summary(options.summary);
  check_log_directory(options.log_directory);
  const RunFolder folder(RunFolder::path_for(run_id));
  StopSource stop;
  const Run ledger = describe_run(run_id, options.job, options.window, options.command);
  LiveInventory inventory(open, stop);
  start_in_ledger(inventory, ledger, options);
  // While a command runs for hours, nobody needs this connection.
  inventory.drop();
  ProcessRunner commands(stop, &guard, {.ignored_signals = signals.ignored_at_start()});
  RunState state(options);
  work({options, stop, commands, open, ledger.id, folder.path()}, state, stop, signals);
  const int status = final_status(options, state, stop);
  finish_in_ledger(inventory, ledger.id, status, state);
  tell_end(state, options, stop);
  summary.write(state.summary(ledger.id, status));
  return status;
}

}  // namespace tranche::runner
