#include "loop/run_ledger.hpp"

#include "log.hpp"

namespace tranche::runner {
namespace {

constexpr auto kStartPatience = std::chrono::seconds(10);
constexpr auto kNamesPatience = std::chrono::seconds(5);
constexpr auto kEndPatience = std::chrono::seconds(5);

/// A weight limit for a job without weights is refused by whoever knows the job.
void check_limits(Inventory& inventory, const RunOptions& options) {
  if (options.limits.max_weight) {
    AcquireOptions asked;
    asked.window = options.window;
    asked.limits = options.limits;
    asked.retry = RetryMode::only;
    inventory.plan(options.job, asked, 0);
  }
}

bool is_there(Inventory& inventory, const std::string& run_id) {
  try {
    inventory.find_run(run_id);
    return true;
  } catch (const Error& error) {
    if (error.code() == ErrorCode::not_found) {
      return false;
    }
    throw;
  }
}

}  // namespace

void start_in_ledger(LiveInventory& inventory, const Run& run, const RunOptions& options) {
  // A server that is not there at first is an error at once.
  inventory.get();
  inventory.keep_trying<bool>(
      boot_now() + kStartPatience,
      [&](Inventory& opened) {
        check_limits(opened, options);
        opened.start_run(run);
        return true;
      },
      [&](Inventory& opened) {
        return is_there(opened, run.id) ? std::optional(true) : std::nullopt;
      });
}

void add_names_in_ledger(LiveInventory& inventory,
                         const std::string& run_id,
                         const Identity& names) {
  if (names.empty()) {
    return;
  }
  const std::function<bool(Inventory&)> add = [&](Inventory& opened) {
    opened.add_identity(run_id, names);
    return true;
  };
  try {
    // The same names again change nothing.
    inventory.keep_trying<bool>(
        boot_now() + kNamesPatience, add, [](Inventory&) { return std::optional<bool>(); });
  } catch (const Error& error) {
    log::warn(std::string("the command's names are not in the ledger: ") + error.what());
  }
}

void finish_in_ledger(LiveInventory& inventory,
                      const std::string& run_id,
                      int status,
                      const RunState& state) {
  try {
    inventory.get(boot_now() + kEndPatience)
        .finish_run(run_id, status, state.succeeded(), state.failed());
  } catch (const Error&) {
    // The connection slept through the whole run: one more try on a new one.
    try {
      inventory.drop();
      inventory.get(boot_now() + kEndPatience)
          .finish_run(run_id, status, state.succeeded(), state.failed());
    } catch (const Error& error) {
      log::warn(std::string("the end of the run is not in the ledger: ") + error.what());
    }
  }
}

}  // namespace tranche::runner
