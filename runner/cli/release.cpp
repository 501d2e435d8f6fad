#include "cli/batch_token.hpp"
#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/step_events.hpp"
#include "cli/step_inventory.hpp"
#include "exit_status.hpp"
#include "log.hpp"
#include "loop/report_file.hpp"
#include "run_identity.hpp"

#include "tranche/error.hpp"

#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace tranche::cli {
namespace {

constexpr int kMostStatus = 255;

struct Options {
  BatchToken batch;
  std::string status;
  std::optional<int> exit_code;
  std::string message;
  std::vector<std::string> outputs;
  std::optional<std::string> report;
  std::vector<std::string> adapters;
};

Outputs read_outputs(const std::vector<std::string>& pairs) {
  Outputs outputs;
  for (const std::string& pair : pairs) {
    const std::size_t equals = pair.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw Error(ErrorCode::usage,
                  "--output: '" + pair + "' is no output; accepted is NAME=VALUE");
    }
    outputs[pair.substr(0, equals)] = pair.substr(equals + 1);
  }
  return outputs;
}

ReleaseRequest request_of(const Options& options) {
  using Status = ReleaseRequest::Status;
  ReleaseRequest request;
  request.status = options.status == "failed"     ? Status::failed
                   : options.status == "returned" ? Status::returned
                                                  : Status::succeeded;
  request.exit_code = options.exit_code;
  request.message = options.message;
  request.outputs = read_outputs(options.outputs);
  return request;
}

/// What the report says of single items; a success with failed ones is none.
void read_report(Inventory& inventory, const Options& options, ReleaseRequest& request) {
  using Status = ReleaseRequest::Status;
  const std::string& path = *options.report;
  if (::access(path.c_str(), R_OK) != 0) {
    throw Error(ErrorCode::refused,
                "cannot read the report " + path + ": " + std::strerror(errno) +
                    "; accepted is a file of lines 'done ITEM' or 'failed ITEM [REASON]'");
  }
  const runner::Report report = runner::read_report(path);
  const bool ended_well = request.status == Status::succeeded;
  if (report.empty() || (ended_well && report.failed == 0)) {
    return;
  }
  const Batch batch = inventory.find_batch(options.batch.id).batch;
  if (ended_well) {
    request.status = Status::failed;
    request.exit_code = request.exit_code.value_or(0);
  }
  if (request.message.empty() && report.failed > 0) {
    request.message = runner::told_failed(report);
  }
  runner::settle_items(inventory, batch, path, ended_well, request);
}

/// A run of `acquire` ends with its batch; one of the runner goes on.
void end_run(Inventory& inventory, const Batch& batch, const ReleaseRequest& request) {
  if (batch.run_id.empty()) {
    return;
  }
  try {
    const Run run = inventory.find_run(batch.run_id);
    if (run.ended_at || run.command != runner::acquire_command(run.job)) {
      return;
    }
    const bool failed = request.status == ReleaseRequest::Status::failed;
    const bool succeeded = request.status == ReleaseRequest::Status::succeeded;
    inventory.finish_run(
        run.id, request.exit_code.value_or(failed ? 1 : 0), succeeded ? 1 : 0, failed ? 1 : 0);
  } catch (const Error& error) {
    runner::log::debug(std::string("the run's end was not recorded: ") + error.what());
  }
}

std::string left_of(const Batch& batch) {
  return batch.done_count == 0 ? ""
                               : "; " + std::to_string(batch.done_count) + " items are done, " +
                                     std::to_string(batch.count) + " are left";
}

std::string told(const Batch& batch) {
  const std::string name = "batch " + std::to_string(batch.id);
  const std::string attempt =
      std::to_string(batch.attempt) + " of " + std::to_string(batch.max_attempts);
  switch (batch.status) {
    case BatchStatus::succeeded:
      return name + (batch.skipped ? " is skipped and counts as succeeded" : " has succeeded");
    case BatchStatus::planned:
      return name + " was given back; the attempt does not count" + left_of(batch);
    case BatchStatus::cancelled:
      return name + " is cancelled" + (batch.superseded ? ": its halves go on" : "");
    case BatchStatus::failed:
      break;
    case BatchStatus::processing:
      return name + " is being processed";
  }
  if (batch.exhausted) {
    return name + " has failed for good, on attempt " + attempt + "; 'tranche retry --job " +
           batch.job + " " + std::to_string(batch.id) + "' gives it fresh attempts";
  }
  return name + " has failed, attempt " + attempt + "; it may be retried from " +
         (batch.available_at ? format_time(*batch.available_at) : "now") + left_of(batch);
}

int release(const Context& context, const Options& options) {
  ReleaseRequest request = request_of(options);
  StepEvents events(context, options.adapters);
  StepInventory inventory(context, options.batch.what());
  events.expect_end(inventory.get(), options.batch.id, options.batch.token);
  if (options.report) {
    read_report(inventory.get(), options, request);
  }
  // The same release again changes nothing, so one whose outcome is unknown is simply repeated.
  Batch batch;
  try {
    batch = inventory.keep_trying<Batch>([&](Inventory& opened) {
      return opened.release(options.batch.id, options.batch.token, request);
    });
  } catch (const Error& error) {
    events.tell_refused(error);
    throw;
  }
  end_run(inventory.get(), batch, request);
  runner::log::info(told(batch));
  events.tell_end(batch, request);
  return runner::kExitDone;
}

}  // namespace

void add_release(Registry& registry) {
  auto& c = registry.command("release",
                             "End the processing of a batch",
                             "tranche release 42 --token \"$TOKEN\" --status failed --exit-code 3");
  auto options = std::make_shared<Options>();
  c.about(
      "succeeded closes the batch; failed lets the job's failure policy decide; returned gives the "
      "range back and does not count the attempt. The same release again changes nothing.");
  add_batch_token(c, options->batch);
  c.choices("--status", options->status, {"succeeded", "failed", "returned"}, "How it ended")
      .need();
  c.option("--exit-code", options->exit_code, "N", "The command's exit status, for the policy")
      .range(0, kMostStatus);
  c.option("--message", options->message, "M", "For people");
  c.option("--output", options->outputs, "K=V", "Kept with the attempt");
  add_step_adapters(c, options->adapters);
  c.option("--report",
           options->report,
           "FILE",
           "Lines 'done ITEM' or 'failed ITEM [REASON]', or JSON: only what is not done is tried "
           "again");
  c.run([options](Context& context) { return release(context, *options); });
}

}  // namespace tranche::cli
