#include "loop/releaser.hpp"

#include "exit_status.hpp"
#include "log.hpp"

namespace tranche::runner {
namespace {

/// What a person types where the runner could not.
std::string release_command(const Batch& batch, const ReleaseRequest& request) {
  std::string line =
      "tranche release " + std::to_string(batch.id) + " --token " + batch.token + " --status ";
  switch (request.status) {
    case ReleaseRequest::Status::succeeded:
      return line + "succeeded";
    case ReleaseRequest::Status::failed:
      break;
    case ReleaseRequest::Status::returned:
    case ReleaseRequest::Status::not_started:
      return line + "returned";
  }
  // A signal and its exit status mean the same to the failure policy.
  const auto status = request.timed_out ? std::optional(kExitTimeout)
                      : request.signal  ? std::optional(exit_of_signal(*request.signal))
                                        : request.exit_code;
  return line + "failed" + (status ? " --exit-code " + std::to_string(*status) : "");
}

}  // namespace

Batch Releaser::release(const HeldBatch& held, const ReleaseRequest& request) {
  // The same release again changes nothing, so one whose outcome is unknown is simply repeated.
  return keep_trying<Batch>(
      held,
      request,
      [&](Inventory& inventory) {
        return inventory.release(held.batch.id, held.batch.token, request);
      },
      [](Inventory&) { return std::optional<Batch>(); });
}

Handed Releaser::hand_over(const HeldBatch& held,
                           const ReleaseRequest& request,
                           const AcquireOptions& next,
                           std::chrono::nanoseconds& asked_at) {
  asked_at = boot_now();
  const std::function<Handed(Inventory&)> work = [&](Inventory& inventory) {
    asked_at = boot_now();
    return inventory.release_and_acquire(held.batch, request, next);
  };
  const auto after_doubt = [&](Inventory& inventory) {
    // The same release again changes nothing, and the next batch is ours if its token is.
    Handed handed{inventory.release(held.batch.id, held.batch.token, request), {}};
    if (auto batch = inventory.find_held(options_.job, options_.window, next.token)) {
      handed.next = Acquired{std::move(batch), {}, {}, false};
    }
    return std::optional<Handed>(std::move(handed));
  };
  return keep_trying<Handed>(held, request, work, after_doubt);
}

void Releaser::give_back(const HeldBatch& held, const std::string& why) {
  Verdict verdict;
  verdict.attempt = held.batch.attempt;
  verdict.told = why;
  try {
    const Batch after =
        release(held, {.status = ReleaseRequest::Status::not_started, .message = why});
    announcer_.released(after, verdict, Outcome::not_started, true);
  } catch (const std::exception& error) {
    log::error(error.what());
    announcer_.released(held.batch, verdict, Outcome::not_started, false);
  }
}

template <typename Result>
Result Releaser::keep_trying(const HeldBatch& held,
                             const ReleaseRequest& request,
                             const std::function<Result(Inventory&)>& work,
                             const std::function<std::optional<Result>(Inventory&)>& in_doubt) {
  try {
    return inventory_.keep_trying<Result>(held.until, work, in_doubt);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::lease_lost) {
      throw;
    }
    throw Error(error.code(),
                "the end of batch " + std::to_string(held.batch.id) +
                    " could not be recorded: " + error.what() +
                    "; once the database answers, run: " + release_command(held.batch, request));
  }
}

}  // namespace tranche::runner
