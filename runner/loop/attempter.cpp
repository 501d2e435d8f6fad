#include "loop/attempter.hpp"

#include "log.hpp"
#include "loop/environment.hpp"
#include "loop/report_file.hpp"
#include "process/apart.hpp"
#include "terminal.hpp"

#include <unistd.h>

namespace tranche::runner {
namespace {

constexpr Duration kFirstStartPause = std::chrono::milliseconds(200);
constexpr Duration kLongestStartPause = std::chrono::seconds(5);

std::string seconds_text(Duration elapsed) {
  const auto tenths = elapsed.count() / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

void tell_begin(const Batch& batch) {
  log::info("batch " + std::to_string(batch.id) + ": keys " + batch.first_key->text() + " to " +
            batch.last_key->text() + ", " + std::to_string(batch.count) +
            (batch.count == 1 ? " asset" : " assets") + ", weight " + format_weight(batch.weight) +
            ", attempt " + std::to_string(batch.attempt) + " of " +
            std::to_string(batch.max_attempts));
}

std::string iterations_text(const RunOptions& options) {
  return options.iterations ? std::to_string(*options.iterations) : "all";
}

}  // namespace

Verdict Attempter::attempt(const HeldBatch& held, Watch& watch, std::int64_t iteration) {
  const Batch& batch = held.batch;
  tell_begin(batch);
  const Reading reading = read_batch(held);
  const BatchFiles files = make_batch_files(setup_.folder, batch, items_.path());
  const BatchView view{
      batch, files, reading.range_sql, iteration, iterations_text(setup_.options), reading.source};
  announcer_.acquired(view);
  Executed executed = execute(view, watch);
  announcer_.command_ended(batch);
  Verdict verdict = judge_attempt(held, watch, files, std::move(executed));
  remove_batch_files(files);
  return verdict;
}

Attempter::Reading Attempter::read_batch(const HeldBatch& held) {
  const Batch& batch = held.batch;
  const std::function<Reading(Inventory&)> read = [&](Inventory& inventory) {
    if (!held.items_are_there) {
      items_.begin();
      inventory.for_each_asset(batch, [&](const Asset& asset) { items_.add(asset); });
      items_.finish();
    }
    return Reading{inventory.range_condition(batch),
                   announcer_.is_heard() ? inventory.place_of(batch) : SourcePlace()};
  };
  return inventory_.keep_trying<Reading>(
      held.until, read, [](Inventory&) { return std::optional<Reading>(); });
}

Attempter::Executed Attempter::execute(const BatchView& view, Watch& watch) {
  Duration pause = kFirstStartPause;
  for (int tries_left = setup_.options.start_retries;; --tries_left) {
    Executed executed;
    if (watch.lease_lost() || boot_now() >= watch.deadline()) {
      executed.result.kind = CommandResult::Kind::lease_lost;
      return executed;
    }
    CommandSpec spec = command_for(view);
    const auto attempt = setup_.observation.commands.prepare(spec, view.batch);
    executed.result = setup_.commands.run(spec, watch);
    executed.outputs = read_outputs(view.files.output);
    executed.names = attempt->names(executed.outputs);
    attempt->judge(executed.result, executed.outputs);
    executed.outputs.insert(executed.names.begin(), executed.names.end());
    if (executed.result.kind != CommandResult::Kind::not_started || tries_left <= 0) {
      return executed;
    }
    // A stop ends the pause; the next try then tells that it was one.
    wait_for_any({setup_.stop.fd()}, pause);
    pause = std::min(pause * 2, kLongestStartPause);
  }
}

CommandSpec Attempter::command_for(const BatchView& view) const {
  const RunOptions& options = setup_.options;
  const std::string id = std::to_string(view.batch.id);
  CommandSpec spec;
  spec.argv = command_arguments(options.command, placeholder_values(view));
  spec.environment = command_environment(view);
  spec.timeout = options.timeout;
  spec.grace = options.grace;
  spec.log_directory = options.log_directory;
  spec.log_name = "batch-" + id + "-attempt-" + std::to_string(view.batch.attempt);
  spec.line_prefix = options.jobs > 1 ? "[" + id + "] " : "";
  // What goes to the terminal past us would mix with the line at its bottom.
  spec.carry_output = options.progress == ProgressKind::bar && terminal::is_terminal(STDOUT_FILENO);
  return spec;
}

Verdict Attempter::judge_attempt(const HeldBatch& held,
                                 const Watch& watch,
                                 const BatchFiles& files,
                                 Executed executed) {
  const CommandResult& result = executed.result;
  const Report report = read_report(files.report);
  Verdict verdict = judge(result, report, std::move(executed.outputs));
  verdict.names = std::move(executed.names);
  verdict.attempt = held.batch.attempt;
  verdict.elapsed = result.elapsed;
  if (result.kind == CommandResult::Kind::not_started) {
    verdict.told += " ('" + setup_.options.command.front() + "')";
  }
  verdict.told += " after " + seconds_text(result.elapsed);
  if (!report.empty()) {
    settle(held, watch, files.report, verdict);
  }
  return verdict;
}

void Attempter::settle(const HeldBatch& held,
                       const Watch& watch,
                       const std::filesystem::path& report,
                       Verdict& verdict) {
  using Status = ReleaseRequest::Status;
  auto& request = verdict.release;
  if (!request || (request->status != Status::failed && request->status != Status::returned)) {
    return;
  }
  const bool ended_well = request->exit_code == 0 && !request->timed_out;
  const std::function<ItemsDone(Inventory&)> work = [&](Inventory& inventory) {
    return settle_items(inventory, held.batch, report, ended_well, *request);
  };
  try {
    verdict.items = inventory_.keep_trying<ItemsDone>(
        watch.deadline(), work, [](Inventory&) { return std::optional<ItemsDone>(); });
  } catch (const Error& error) {
    log::warn("batch " + std::to_string(held.batch.id) +
              " is tried again as a whole: " + error.what());
    return;
  }
  if (request->status == Status::succeeded) {
    verdict.status = 0;
    verdict.told += "; all its items are done";
  } else if (verdict.items.done > 0) {
    verdict.told += "; " + std::to_string(verdict.items.done) + " items are done, " +
                    std::to_string(verdict.items.left) + " are left";
  }
}

}  // namespace tranche::runner
