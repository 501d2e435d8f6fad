#include "loop/run.hpp"

#include "exit_status.hpp"
#include "log.hpp"
#include "loop/batch_files.hpp"
#include "loop/identity.hpp"
#include "loop/run_state.hpp"
#include "loop/worker.hpp"
#include "process/guard.hpp"
#include "process/process_runner.hpp"
#include "process/signals.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/eventfd.h>
#include <thread>
#include <unistd.h>

namespace tranche::runner {
namespace {

/// The run's summary as JSON, to a file or standard output. Opened before anything is acquired.
class Summary {
 public:
  explicit Summary(const std::string& path) : path_(path) {
    if (path.empty() || path == "-") {
      return;
    }
    file_ = FileDescriptor(::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0666));
    if (file_.get() < 0) {
      throw Error(ErrorCode::refused, "the summary cannot be written to " + path + ": " + std::strerror(errno));
    }
  }

  void write(const nlohmann::ordered_json& summary) {
    if (path_.empty()) {
      return;
    }
    const std::string text = summary.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
    const int file = path_ == "-" ? STDOUT_FILENO : file_.get();
    // A pipe or a device has no length to cut.
    const int cut = path_ == "-" ? 0 : ::ftruncate(file, 0);
    static_cast<void>(cut);
    std::size_t at = 0;
    while (at < text.size()) {
      const ssize_t written = ::write(file, text.data() + at, text.size() - at);
      if (written < 0 && errno != EINTR) {
        log::warn("the summary could not be written to " + path_ + ": " + std::strerror(errno));
        return;
      }
      at += written > 0 ? static_cast<std::size_t>(written) : 0;
    }
  }

 private:
  std::string path_;
  FileDescriptor file_;
};

void check_log_directory(const std::filesystem::path& directory) {
  if (directory.empty()) {
    return;
  }
  std::error_code failed;
  std::filesystem::create_directories(directory, failed);
  if (failed || ::access(directory.c_str(), W_OK | X_OK) != 0) {
    throw Error(ErrorCode::refused, "logs cannot be written to the folder " + directory.string() + "; choose one that exists and may be written");
  }
}

void finish_in_ledger(LiveInventory& inventory, const std::string& run_id, int status, const RunState& state) {
  try {
    inventory.get().finish_run(run_id, status, state.succeeded(), state.failed());
  } catch (const Error&) {
    // The connection slept through the whole run: one more try on a new one.
    try {
      inventory.drop();
      inventory.get().finish_run(run_id, status, state.succeeded(), state.failed());
    } catch (const Error& error) {
      log::warn(std::string("the end of the run is not in the ledger: ") + error.what());
    }
  }
}

/// Runs the workers while the main thread takes signals.
void work(const RunOptions& options, RunState& state, StopSource& stop, SignalWaiter& signals, CommandRunner& commands,
          const InventoryOpener& open, const std::string& run_id, const std::filesystem::path& folder) {
  const FileDescriptor done(::eventfd(0, EFD_CLOEXEC));
  std::vector<std::thread> threads;
  for (int number = 0; number < options.jobs; ++number) {
    threads.emplace_back([&, number] {
      Worker({options, stop, commands, open, run_id, folder, number}, state).run();
      const std::uint64_t one = 1;
      const auto told = ::write(done.get(), &one, sizeof one);
      static_cast<void>(told);
    });
  }
  for (int finished = 0; finished < options.jobs;) {
    if (const auto signal = signals.wait(done.get())) {
      stop.request(*signal);
      continue;
    }
    std::uint64_t count = 0;
    if (::read(done.get(), &count, sizeof count) == sizeof count) {
      finished += static_cast<int>(count);
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

void tell_end(const RunState& state, const RunOptions& options) {
  if (state.iterations() == 0 && state.status() == 0) {
    log::info("nothing to process for job '" + options.job + "'");
  } else if (state.iterations() > 1) {
    log::info(std::to_string(state.iterations()) + " iterations: " + std::to_string(state.succeeded()) + " succeeded, " +
              std::to_string(state.failed()) + " failed");
  }
}

}  // namespace

int run(const RunOptions& options, const InventoryOpener& open) {
  SignalWaiter signals;
  // The guard is forked from a process that holds nothing yet.
  Guard guard;
  Summary summary(options.summary);
  check_log_directory(options.log_directory);
  StopSource stop;
  Run ledger = make_run(options.job, options.window, options.command);
  LiveInventory inventory(open, stop);
  inventory.get().start_run(ledger);
  // While a command runs for hours, nobody needs this connection.
  inventory.drop();
  const RunFolder folder(ledger.id);
  ProcessRunner commands(stop, &guard, {.ignored_signals = signals.ignored_at_start()});
  RunState state(options);
  work(options, state, stop, signals, commands, open, ledger.id, folder.path());
  const int status = final_status(options, state, stop);
  finish_in_ledger(inventory, ledger.id, status, state);
  tell_end(state, options);
  summary.write(state.summary(ledger.id, status));
  return status;
}

}  // namespace tranche::runner
