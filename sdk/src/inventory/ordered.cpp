#include "inventory/acquisition.hpp"

namespace tranche {
namespace {

// Each time one batch more has turned out to be failed for good, or was split.
constexpr int kLooks = 3;

}  // namespace

std::string why_not_in_order(const Unfinished& unfinished) {
  const std::string later = ", and batches are processed in order";
  if (unfinished.given_up != 0) {
    return "batch " + std::to_string(unfinished.given_up) + " has failed for good" + later +
           "; 'tranche retry' or 'tranche cancel' goes on";
  }
  if (unfinished.held != 0) {
    return "batch " + std::to_string(unfinished.held) + " is being processed" + later;
  }
  if (unfinished.next != 0 && !unfinished.due) {
    return "batch " + std::to_string(unfinished.next) + " waits for its next attempt" + later;
  }
  return {};
}

void Inventory::Impl::Acquisition::run_in_order(StoreTransaction& transaction, Acquired& result) {
  // Whoever acquires in order queues here, through the commit of who came before.
  patient_ = true;
  auto locked = lock_window(transaction);
  Window& window = locked->window;
  result.note = why_closed(window, job_, locked->job_paused);
  if (!result.note.empty()) {
    return;
  }
  // By others: nothing is planned ahead of an end that is not known yet.
  impl_.take_back_planned(transaction, window, job_.definition.key_type);
  took_back_ = true;
  for (int look = 0; look < kLooks && !result.batch; ++look) {
    const Unfinished unfinished = transaction.find_unfinished(window_id_, window.newest_first);
    result.note = why_not_in_order(unfinished);
    if (!result.note.empty()) {
      return;
    }
    if (unfinished.next == 0) {
      if (options_.retry != RetryMode::only) {
        cut(transaction, *locked, result);
      }
      return;
    }
    result.batch = take_next(transaction, unfinished.next);
  }
}

std::optional<Batch> Inventory::Impl::Acquisition::take_next(StoreTransaction& transaction,
                                                             std::int64_t next) {
  const auto stored = transaction.take_due_batch(
      window_id_, job_.definition.key_type, {true, true, window_.newest_first});
  if (!stored || stored->batch.id != next) {
    // It is locked by somebody who releases it, or extends its lease, at this moment.
    throw Error(ErrorCode::busy,
                "batch " + std::to_string(next) + " is being changed by somebody else");
  }
  return stored->ahead ? take_remnant(transaction, *stored) : take(transaction, *stored);
}

}  // namespace tranche
