#include "loop/heartbeat.hpp"

#include "log.hpp"

namespace tranche::runner {
namespace {

constexpr Duration kLongestInterval = std::chrono::seconds(10);
constexpr int kBeatsInLease = 3;
constexpr int kPatiencesInLease = 6;
constexpr int kSoon = 10;
// A server that stopped answering may come back behind the same name: so that a new connection is
// made while there is a lease to save.
constexpr Duration kShortestPatience = std::chrono::seconds(2);
constexpr Duration kLongestPatience = std::chrono::seconds(30);

Duration patience_for(Duration lease) {
  return std::clamp(lease / kPatiencesInLease, kShortestPatience, kLongestPatience);
}

}  // namespace

Duration Heartbeat::interval(Duration lease) {
  return std::min(kLongestInterval, lease / kBeatsInLease);
}

Heartbeat::~Heartbeat() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    current_.reset();
  }
  changed_.notify_all();
  if (thread_.joinable()) {
    thread_.join();
  }
}

void Heartbeat::begin(std::int64_t batch_id, std::string token, Duration lease, Watch& watch) {
  const auto due = Clock::now() + interval(lease);
  bool sleeps_too_long = false;
  {
    const std::lock_guard lock(mutex_);
    current_ = Beat{batch_id, std::move(token), lease, &watch, due};
    sleeps_too_long = due < wakes_at_;
  }
  if (!thread_.joinable()) {
    thread_ = std::thread([this] { live(); });
  } else if (sleeps_too_long) {
    changed_.notify_all();
  }
}

void Heartbeat::end() {
  std::unique_lock lock(mutex_);
  current_.reset();
  changed_.wait(lock, [this] { return !beating_; });
}

void Heartbeat::live() {
  std::unique_lock lock(mutex_);
  while (!closing_) {
    if (!current_ || Clock::now() < current_->due) {
      // Short commands come and go while it sleeps on until the first one's beat.
      wakes_at_ = current_ ? current_->due : Clock::time_point::max();
      current_ ? static_cast<void>(changed_.wait_until(lock, wakes_at_)) : changed_.wait(lock);
      continue;
    }
    const Beat due = *current_;
    current_->due = Clock::now() + interval(due.lease);
    beating_ = true;
    lock.unlock();
    if (horizon_ != nullptr) {
      horizon_->look(interval(due.lease));
    }
    beat(due);
    lock.lock();
    beating_ = false;
    changed_.notify_all();
  }
}

void Heartbeat::beat(const Beat& due) {
  // From before the request was sent: the lease can only end later than we think.
  const auto asked_at = boot_now();
  try {
    const Duration patience = patience_for(due.lease);
    Inventory& inventory = inventory_.get(asked_at + patience);
    inventory.set_patience(patience);
    inventory.heartbeat(due.batch_id, due.token, due.lease);
    due.watch->renew(asked_at, due.lease);
    failed_ = false;
  } catch (const Error& error) {
    if (error.code() == ErrorCode::lease_lost || error.code() == ErrorCode::not_found) {
      log::error(error.what());
      due.watch->lose_lease();
      const std::lock_guard lock(mutex_);
      if (current_ && current_->token == due.token) {
        current_.reset();
      }
      return;
    }
    fail(due, error);
  } catch (const std::exception& error) {
    fail(due, error);
  }
}

void Heartbeat::fail(const Beat& due, const std::exception& error) {
  // The command goes on until its lease ends; the next beat opens a new connection.
  log::warn("heartbeat of batch " + std::to_string(due.batch_id) + ": " + error.what());
  inventory_.drop();
  const std::lock_guard lock(mutex_);
  if (!failed_ && current_ && current_->token == due.token) {
    // Once, soon: a server that was started anew is there by then.
    current_->due = std::min(current_->due, Clock::now() + interval(due.lease) / kSoon);
  }
  failed_ = true;
}

}  // namespace tranche::runner
