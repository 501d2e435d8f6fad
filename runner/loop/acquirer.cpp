#include "loop/acquirer.hpp"

#include "log.hpp"
#include "process/apart.hpp"

namespace tranche::runner {
namespace {

// Between batches nothing is held: a database that is away this long ends the run.
constexpr auto kPatience = std::chrono::seconds(60);
constexpr Duration kLookTwice = std::chrono::milliseconds(100);

}  // namespace

AcquireOptions Acquirer::next_options() {
  AcquireOptions options;
  options.window = setup_.options.window;
  options.limits = setup_.options.limits;
  options.retry = setup_.options.retry;
  options.lease = setup_.options.lease;
  options.default_lease = kRunnerLease;
  options.run_id = setup_.run_id;
  options.token = random_token();
  options.sink = &items_;
  options.most_ahead = state_.iterations_left();
  options.ordered = setup_.options.ordered;
  return options;
}

std::optional<HeldBatch> Acquirer::acquire() {
  const AcquireOptions options = next_options();
  auto asked_at = boot_now();
  using Answer = std::optional<Acquired>;
  const Answer answer = inventory_.keep_trying<Answer>(
      boot_now() + kPatience,
      [&](Inventory& inventory) {
        asked_at = boot_now();
        return inventory.acquire(setup_.options.job, options);
      },
      [&](Inventory& inventory) -> std::optional<Answer> {
        // A commit broke: the batch is ours if its token is.
        auto batch = inventory.find_held(setup_.options.job, setup_.options.window, options.token);
        return batch ? std::optional<Answer>(Acquired{std::move(batch), {}, {}, false})
                     : std::nullopt;
      });
  return take_up(*answer, asked_at);
}

std::optional<HeldBatch> Acquirer::take_up(const Acquired& answer,
                                           std::chrono::nanoseconds asked_at) {
  unfinished_ = answer.unfinished;
  due_in_ = answer.due_in;
  if (unfinished_) {
    log::info(answer.note);
  } else {
    state_.note(answer.note);
  }
  if (!answer.batch) {
    return std::nullopt;
  }
  const Duration lease = answer.lease != Duration::zero()
                             ? answer.lease
                             : *answer.batch->available_at - *answer.batch->acquired_at;
  HeldBatch held{*answer.batch, asked_at, lease, asked_at + lease, answer.sink_filled};
  if (answer.sink_filled) {
    try {
      items_.finish();
    } catch (const std::exception& error) {
      releaser_.give_back(held, error.what());
      throw;
    }
  }
  return held;
}

void Acquirer::wait_for_more() {
  const int news = setup_.news->fd(setup_.number);
  // A commit tells of itself a moment before its locks are gone, and so before the horizon moves.
  Duration pause = woken_ ? std::min(setup_.options.poll, kLookTwice) : setup_.options.poll;
  pause = std::min(pause, setup_.throttle->left().value_or(pause));
  pause = std::min(pause, due_in_.value_or(pause));
  wait_for_any({setup_.stop.fd(), state_.ending_fd(), news}, pause);
  woken_ = wait_for_any({news}, Duration::zero());
  // Before the next look: what is told from then on wakes again.
  clear_event(news);
}

}  // namespace tranche::runner
