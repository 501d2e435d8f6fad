#include "observe/observer_hub.hpp"

#include "log.hpp"
#include "process/apart.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <iterator>
#include <mutex>
#include <thread>

namespace tranche::runner {
namespace {

using Clock = std::chrono::steady_clock;
using Shared = std::shared_ptr<const RunEvent>;

void hear(Observer& observer, const RunEvent& event) {
  struct Visitor {
    Observer& observer;
    void operator()(const RunStarted& told) const { observer.on_run_started(told); }
    void operator()(const BatchAcquired& told) const { observer.on_batch_acquired(told); }
    void operator()(const BatchHandedOver& told) const { observer.on_batch_handed_over(told); }
    void operator()(const BatchResumed& told) const { observer.on_batch_resumed(told); }
    void operator()(const BatchProgress& told) const { observer.on_progress(told); }
    void operator()(const BatchReleased& told) const { observer.on_batch_released(told); }
    void operator()(const RunFinished& told) const { observer.on_run_finished(told); }
  };
  std::visit(Visitor{observer}, event);
}

bool is_needed(const RunEvent& event) {
  return std::holds_alternative<RunStarted>(event) || std::holds_alternative<BatchResumed>(event) ||
         std::holds_alternative<BatchHandedOver>(event) ||
         std::holds_alternative<RunFinished>(event);
}

/// The unheard progress that a newer one makes needless: of the same attempt.
std::deque<Shared>::iterator replaced_by(const RunEvent& event, std::deque<Shared>& queue) {
  const auto* const now = std::get_if<BatchProgress>(&event);
  if (now == nullptr) {
    return queue.end();
  }
  for (auto queued = queue.rbegin(); queued != queue.rend(); ++queued) {
    const auto* const then = std::get_if<BatchProgress>(queued->get());
    if (then != nullptr && then->batch_id == now->batch_id) {
      return std::prev(queued.base());
    }
    const auto* const begun = std::get_if<BatchAcquired>(queued->get());
    if (begun != nullptr && begun->batch.id == now->batch_id) {
      break;
    }
  }
  return queue.end();
}

}  // namespace

/// One observer with its queue. Shared with its thread, which may outlive the hub.
class ObserverHub::Lane : public std::enable_shared_from_this<Lane> {
 public:
  Lane(NamedObserver observed, std::size_t queue)
      : name_(std::move(observed.name)), observer_(std::move(observed.observer)), most_(queue) {}

  void tell(const Shared& event) {
    {
      const std::lock_guard lock(mutex_);
      if (!take(event)) {
        ++dropped_;
        return;
      }
    }
    changed_.notify_all();
    begin();
  }

  /// One that is still busy then is left alone.
  void wait_until(Clock::time_point end) {
    if (!thread_.joinable()) {
      return;
    }
    std::unique_lock lock(mutex_);
    closing_ = true;
    changed_.notify_all();
    abandoned_ = !changed_.wait_until(lock, end, [this] { return done_; });
    if (abandoned_) {
      dropped_ += static_cast<std::int64_t>(queue_.size());
      queue_.clear();
      observer_->abandon();
      note_left_thread();
      thread_.detach();
    } else {
      lock.unlock();
      thread_.join();
    }
  }

  void tell_losses() {
    const std::lock_guard lock(mutex_);
    if (dropped_ > 0 || abandoned_) {
      log::warn("adapter '" + name_ + "' was too slow",
                {{"events_dropped", dropped_}, {"left_busy", abandoned_}});
    }
    if (failures_ > 1) {
      log::warn("adapter '" + name_ + "' failed again", {{"events_failed", failures_}});
    }
  }

 private:
  bool take(const Shared& event) {
    const auto same = replaced_by(*event, queue_);
    if (same != queue_.end()) {
      *same = event;
      return true;
    }
    if (closing_ || (queue_.size() >= most_ && !is_needed(*event))) {
      return false;
    }
    queue_.push_back(event);
    return true;
  }

  void begin() {
    // The thread keeps the lane: it may be busy when everything else is gone.
    const std::lock_guard lock(beginning_);
    if (!thread_.joinable()) {
      thread_ = std::thread([self = shared_from_this()] { self->live(); });
    }
  }

  void live() {
    std::unique_lock lock(mutex_);
    while (!abandoned_) {
      if (queue_.empty()) {
        if (closing_) {
          break;
        }
        changed_.wait(lock);
        continue;
      }
      const Shared event = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      hear_safely(*event);
      lock.lock();
    }
    done_ = true;
    changed_.notify_all();
  }

  void hear_safely(const RunEvent& event) {
    try {
      hear(*observer_, event);
    } catch (const std::exception& error) {
      fail(error.what());
    } catch (...) {
      fail("unknown error");
    }
  }

  void fail(const std::string& why) {
    {
      const std::lock_guard lock(mutex_);
      // A server that is away would fill the log.
      if (failures_++ > 0 || abandoned_) {
        return;
      }
    }
    log::warn("adapter '" + name_ + "': " + why);
  }

  const std::string name_;
  const std::unique_ptr<Observer> observer_;
  const std::size_t most_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Shared> queue_;
  std::int64_t dropped_ = 0;
  std::int64_t failures_ = 0;
  bool closing_ = false;
  bool abandoned_ = false;
  bool done_ = false;
  std::mutex beginning_;
  std::thread thread_;
};

ObserverHub::ObserverHub(std::vector<NamedObserver> observers, std::size_t queue) {
  for (NamedObserver& observer : observers) {
    lanes_.push_back(std::make_shared<Lane>(std::move(observer), queue));
  }
}

ObserverHub::~ObserverHub() {
  for (const auto& lane : lanes_) {
    lane->wait_until(Clock::now());
  }
}

void ObserverHub::tell(RunEvent event) {
  if (lanes_.empty()) {
    return;
  }
  const auto shared = std::make_shared<const RunEvent>(std::move(event));
  for (const auto& lane : lanes_) {
    lane->tell(shared);
  }
}

void ObserverHub::finish(RunEvent last, Duration patience) {
  tell(std::move(last));
  const auto end = Clock::now() + patience;
  for (const auto& lane : lanes_) {
    lane->wait_until(end);
    lane->tell_losses();
  }
}

}  // namespace tranche::runner
