#include "postgres/deadline.hpp"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <sys/socket.h>
#include <thread>

namespace tranche::sql::postgres {

namespace {

using Clock = std::chrono::steady_clock;
using Time = Clock::time_point;

class Watchman {
 public:
  ~Watchman() {
    {
      const std::lock_guard lock(mutex_);
      closing_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) {
      thread_.join();
    }
  }

  std::uint64_t add(int socket, Duration most) {
    const std::lock_guard lock(mutex_);
    const Time end = most == Duration::zero() ? Time::max() : Clock::now() + most;
    watched_.emplace(++last_id_, Watched{socket, std::min(end, hurried())});
    wake_by(watched_[last_id_].end);
    return last_id_;
  }
  void remove(std::uint64_t id) {
    const std::lock_guard lock(mutex_);
    watched_.erase(id);
  }
  void hurry(Duration most) {
    const std::lock_guard lock(mutex_);
    most_ = std::min(most, most_.value_or(most));
    for (auto& [id, watched] : watched_) {
      watched.end = std::min(watched.end, hurried());
      wake_by(watched.end);
    }
  }

 private:
  struct Watched {
    int socket = -1;
    Time end;
  };
  Time hurried() const { return most_ ? Clock::now() + *most_ : Time::max(); }
  /// Statements come and go while it sleeps on: it is woken only to look sooner.
  void wake_by(Time end) {
    if (end >= wakes_at_) {
      return;
    }
    wakes_at_ = end;
    if (!thread_.joinable()) {
      thread_ = std::thread([this] { live(); });
    } else {
      changed_.notify_all();
    }
  }
  void live() {
    std::unique_lock lock(mutex_);
    while (!closing_) {
      wakes_at_ = Time::max();
      for (auto& [id, watched] : watched_) {
        if (watched.end <= Clock::now()) {
          ::shutdown(watched.socket, SHUT_RDWR);
          watched.end = Time::max();
        }
        wakes_at_ = std::min(wakes_at_, watched.end);
      }
      wakes_at_ == Time::max() ? changed_.wait(lock)
                               : static_cast<void>(changed_.wait_until(lock, wakes_at_));
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::uint64_t, Watched> watched_;
  std::uint64_t last_id_ = 0;
  std::optional<Duration> most_;
  Time wakes_at_ = Time::max();
  bool closing_ = false;
  std::thread thread_;
};

Watchman& watchman() {
  static Watchman one;
  return one;
}

}  // namespace

Deadline::Deadline(int socket, Duration most) : id_(watchman().add(socket, most)) {}

Deadline::~Deadline() {
  watchman().remove(id_);
}

void Deadline::hurry(Duration most) {
  watchman().hurry(most);
}

}  // namespace tranche::sql::postgres
