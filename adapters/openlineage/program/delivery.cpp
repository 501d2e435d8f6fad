#include "delivery.hpp"

#include <algorithm>
#include <set>

namespace tranche::adapters::openlineage {
namespace {

constexpr auto kFirstPause = std::chrono::seconds(1);
constexpr auto kLongestPause = std::chrono::seconds(30);
// Where another run sends, it may have looked just before our event came.
constexpr auto kOtherSends = std::chrono::seconds(1);
constexpr auto kOtherSendsAtEnd = std::chrono::milliseconds(20);

}  // namespace

Delivery::Delivery(Spool& spool, std::unique_ptr<Transport> transport)
    : spool_(spool), transport_(std::move(transport)), thread_([this] { live(); }) {}

Delivery::~Delivery() {
  finish(std::chrono::milliseconds::zero());
  thread_.join();
}

void Delivery::wake() {
  {
    const std::lock_guard lock(mutex_);
    fresh_ = true;
  }
  changed_.notify_all();
}

bool Delivery::finish(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  ending_ = true;
  end_ = std::min(end_, Clock::now() + patience);
  changed_.notify_all();
  return changed_.wait_until(lock, end_, [this] { return done_; });
}

Delivery::Result Delivery::result() const {
  const std::lock_guard lock(mutex_);
  return result_;
}

bool Delivery::is_late() const {
  const std::lock_guard lock(mutex_);
  return Clock::now() >= end_;
}

Delivery::Clock::time_point Delivery::next_look(Round round, Clock::duration& pause) const {
  const auto now = Clock::now();
  if (round == Round::busy) {
    return now + kOtherSends;
  }
  if (round == Round::empty) {
    pause = kFirstPause;
    return Clock::time_point::max();
  }
  const auto then = now + pause;
  pause = std::min<Clock::duration>(pause * 2, kLongestPause);
  return then;
}

void Delivery::live() {
  Clock::duration pause = kFirstPause;
  auto next = Clock::time_point::min();
  Round round = Round::empty;
  std::unique_lock lock(mutex_);
  while (true) {
    // While the server is away, new events wait for the pause to end; the run's end does not.
    const auto due = [&] {
      return ending_ || (fresh_ && round != Round::away) || Clock::now() >= next;
    };
    while (!due()) {
      next == Clock::time_point::max() ? changed_.wait(lock)
                                       : static_cast<void>(changed_.wait_until(lock, next));
    }
    const bool last = ending_;
    fresh_ = false;
    lock.unlock();
    round = send_all();
    lock.lock();
    if (last && (round != Round::busy || Clock::now() >= end_)) {
      break;
    }
    next = next_look(round, pause);
    if (last) {
      changed_.wait_for(lock, kOtherSendsAtEnd);
    }
  }
  done_ = true;
  changed_.notify_all();
}

Delivery::Round Delivery::send_all() {
  const Spool::Turn turn(spool_);
  if (!turn.ours()) {
    return Round::busy;
  }
  std::set<std::string> tried;
  std::vector<std::string> failed;
  bool answered = false;
  for (bool more = true; more;) {
    more = false;
    for (const std::string& name : spool_.waiting()) {
      if (!tried.insert(name).second) {
        continue;
      }
      more = true;
      if (is_late() || !send_one(name, failed, answered)) {
        return Round::away;
      }
    }
  }
  // A server that fails over everything is away; one that takes others has something against these.
  if (!failed.empty() && (!answered || !retry(failed))) {
    return Round::away;
  }
  return Round::empty;
}

bool Delivery::send_one(const std::string& name, std::vector<std::string>& failed, bool& answered) {
  const auto event = spool_.read(name);
  if (!event) {
    return true;
  }
  const Sent sent = transport_->send(*event);
  note(sent, sent.kind == Sent::Kind::away || sent.kind == Sent::Kind::failed);
  switch (sent.kind) {
    case Sent::Kind::away:
      return false;
    case Sent::Kind::failed:
      failed.push_back(name);
      return true;
    case Sent::Kind::done:
      answered = true;
      break;
    case Sent::Kind::refused:
      break;
  }
  spool_.remove(name);
  return true;
}

bool Delivery::retry(const std::vector<std::string>& failed) {
  for (const std::string& name : failed) {
    const auto event = spool_.read(name);
    if (is_late()) {
      return false;
    }
    if (!event) {
      continue;
    }
    Sent sent = transport_->send(*event);
    if (sent.kind == Sent::Kind::away) {
      note(sent, true);
      return false;
    }
    if (sent.kind == Sent::Kind::failed) {
      sent.kind = Sent::Kind::refused;
    }
    note(sent, false);
    spool_.remove(name);
  }
  return true;
}

void Delivery::note(const Sent& sent, bool away) {
  const std::lock_guard lock(mutex_);
  result_.away = away;
  if (sent.kind != Sent::Kind::done) {
    result_.why = sent.why;
  }
  result_.refused += sent.kind == Sent::Kind::refused ? 1 : 0;
}

}  // namespace tranche::adapters::openlineage
