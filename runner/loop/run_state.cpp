#include "loop/run_state.hpp"

#include "json/batch_json.hpp"
#include "log.hpp"
#include "process/clocks.hpp"

#include <algorithm>
#include <limits>

namespace tranche::runner {
namespace {

constexpr std::size_t kBatchesInSummary = 100;

}  // namespace

RunState::Result RunState::result_of(Outcome outcome) {
  if (outcome == Outcome::succeeded) {
    return Result::succeeded;
  }
  return outcome == Outcome::failed || outcome == Outcome::timeout ? Result::failed
                                                                   : Result::neutral;
}

bool RunState::reserve_iteration() {
  const std::lock_guard lock(mutex_);
  if (ending_ || (options_.iterations && reserved_ >= *options_.iterations)) {
    return false;
  }
  ++reserved_;
  return true;
}

int RunState::iterations_left() const {
  const std::lock_guard lock(mutex_);
  constexpr std::int64_t kMany = std::numeric_limits<int>::max();
  return static_cast<int>(options_.iterations ? std::min(*options_.iterations - reserved_, kMany)
                                              : kMany);
}

void RunState::give_back_iteration() {
  const std::lock_guard lock(mutex_);
  --reserved_;
}

std::int64_t RunState::number_iteration() {
  const std::lock_guard lock(mutex_);
  return ++numbered_;
}

RunState::InFlight::InFlight(RunState& state, std::int64_t batch_id)
    : state_(state), batch_id_(batch_id) {
  const std::lock_guard lock(state_.mutex_);
  state_.in_flight_[batch_id_] = monotonic_now();
}

RunState::InFlight::~InFlight() {
  const std::lock_guard lock(state_.mutex_);
  state_.in_flight_.erase(batch_id_);
}

RunState::Snapshot RunState::snapshot() const {
  const std::lock_guard lock(mutex_);
  Snapshot now{{count_, weight_}, static_cast<std::int64_t>(in_flight_.size()), failed_, {}};
  for (const auto& [id, since] : in_flight_) {
    if (!now.slowest || since < now.slowest->since) {
      now.slowest = Snapshot::Slowest{id, since};
    }
  }
  return now;
}

void RunState::end_iteration(const Batch& batch, Result result, int status) {
  const std::lock_guard lock(mutex_);
  ++finished_;
  last_batches_.push_back(batch);
  if (last_batches_.size() > kBatchesInSummary) {
    last_batches_.pop_front();
  }
  keep_status(status);
  if (result == Result::failed) {
    count_failure();
  } else if (result == Result::succeeded) {
    ++succeeded_;
    failures_in_a_row_ = 0;
  }
  if (batch.status == BatchStatus::succeeded) {
    add_to_totals(batch);
  }
}

void RunState::add_done(std::int64_t count, double weight) {
  const std::lock_guard lock(mutex_);
  count_ += count;
  weight_ += weight;
}

void RunState::add_to_totals(const Batch& batch) {
  count_ += batch.count;
  weight_ += batch.weight;
  first_key_ = first_key_ ? std::min(*first_key_, *batch.first_key) : *batch.first_key;
  last_key_ = last_key_ ? std::max(*last_key_, *batch.last_key) : *batch.last_key;
}

void RunState::count_failure() {
  ++failed_;
  ++failures_in_a_row_;
  if (options_.max_failures == 0 || failures_in_a_row_ < options_.max_failures || ending_) {
    return;
  }
  set_ending();
  if (!options_.iterations || reserved_ < *options_.iterations) {
    log::error(std::to_string(failures_in_a_row_) +
               " iterations failed in a row, so the run ends; --max-failures 0 goes on");
  }
}

void RunState::end(int status) {
  const std::lock_guard lock(mutex_);
  set_ending();
  keep_status(status);
}

void RunState::set_ending() {
  ending_ = true;
  raise_event(ending_event_.get());
}

void RunState::keep_status(int status) {
  if (status != 0 && !status_) {
    status_ = status;
  }
}

void RunState::note(const std::string& text) {
  const std::lock_guard lock(mutex_);
  if (!text.empty() && text != noted_) {
    noted_ = text;
    log::warn(text);
  }
}

int RunState::status() const {
  const std::lock_guard lock(mutex_);
  return status_.value_or(0);
}
std::int64_t RunState::iterations() const {
  const std::lock_guard lock(mutex_);
  return finished_;
}
std::int64_t RunState::succeeded() const {
  const std::lock_guard lock(mutex_);
  return succeeded_;
}
std::int64_t RunState::failed() const {
  const std::lock_guard lock(mutex_);
  return failed_;
}

Json RunState::summary(const std::string& run_id, int exit_status) const {
  const std::lock_guard lock(mutex_);
  Json batches = Json::array();
  for (const Batch& batch : last_batches_) {
    batches.push_back(batch_json(batch));
  }
  return {{"run_id", run_id},
          {"job", options_.job},
          {"window", options_.window},
          {"exit_status", exit_status},
          {"iterations", finished_},
          {"succeeded", succeeded_},
          {"failed", failed_},
          {"count", count_},
          {"weight", weight_json(weight_)},
          {"first_key", key_json(first_key_)},
          {"last_key", key_json(last_key_)},
          {"batches", std::move(batches)}};
}

}  // namespace tranche::runner
