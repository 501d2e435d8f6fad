#include "observe/observer_hub.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>

using namespace tranche;
using namespace tranche::runner;

namespace {

constexpr Duration kLong = std::chrono::seconds(30);

/// What an observer heard, and a door that holds it in its first call until it is opened.
struct Heard {
  std::mutex mutex;
  std::condition_variable changed;
  bool open = true;
  bool inside = false;
  std::vector<std::string> events;

  void add(std::string event) {
    std::unique_lock lock(mutex);
    inside = true;
    changed.notify_all();
    changed.wait_for(lock, kLong, [this] { return open; });
    events.push_back(std::move(event));
  }
  void set_open(bool now) {
    const std::lock_guard lock(mutex);
    open = now;
    changed.notify_all();
  }
  void wait_inside() {
    std::unique_lock lock(mutex);
    REQUIRE(changed.wait_for(lock, kLong, [this] { return inside; }));
  }
  std::vector<std::string> all() {
    const std::lock_guard lock(mutex);
    return events;
  }
};

class Listener : public Observer {
 public:
  explicit Listener(std::shared_ptr<Heard> heard) : heard_(std::move(heard)) {}
  void on_run_started(const RunStarted&) override { heard_->add("started"); }
  void on_batch_acquired(const BatchAcquired& told) override {
    heard_->add("acquired " + std::to_string(told.batch.id));
  }
  void on_progress(const BatchProgress& told) override {
    heard_->add("progress " + std::to_string(told.done));
  }
  void on_batch_released(const BatchReleased& told) override {
    heard_->add("released " + std::to_string(told.batch.id));
  }
  void on_run_finished(const RunFinished&) override { heard_->add("finished"); }

 private:
  std::shared_ptr<Heard> heard_;
};

class Broken final : public Listener {
 public:
  using Listener::Listener;
  void on_batch_acquired(const BatchAcquired& told) override {
    Listener::on_batch_acquired(told);
    throw std::runtime_error("no server");
  }
};

BatchAcquired acquired(std::int64_t id) {
  BatchAcquired event;
  event.batch.id = id;
  return event;
}

template <typename... Named>
std::vector<NamedObserver> observers(Named... named) {
  std::vector<NamedObserver> all;
  (all.push_back(std::move(named)), ...);
  return all;
}

Duration since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - start);
}

}  // namespace

TEST_CASE("observers hear every event in order, and the last before the run ends", "[unit]") {
  auto first = std::make_shared<Heard>();
  auto second = std::make_shared<Heard>();
  ObserverHub hub(observers(NamedObserver{"a", std::make_unique<Listener>(first)},
                            NamedObserver{"b", std::make_unique<Listener>(second)}));
  hub.tell(RunStarted{});
  hub.tell(acquired(1));
  hub.tell(BatchReleased{acquired(1).batch, 1, Outcome::succeeded, true, "", {}});
  hub.finish(RunFinished{}, kLong);
  const std::vector<std::string> expected{"started", "acquired 1", "released 1", "finished"};
  CHECK(first->all() == expected);
  CHECK(second->all() == expected);
}

TEST_CASE("an observer that throws hears what comes later, and harms no other", "[unit]") {
  auto broken = std::make_shared<Heard>();
  auto sound = std::make_shared<Heard>();
  ObserverHub hub(observers(NamedObserver{"broken", std::make_unique<Broken>(broken)},
                            NamedObserver{"sound", std::make_unique<Listener>(sound)}));
  hub.tell(acquired(1));
  hub.tell(acquired(2));
  hub.finish(RunFinished{}, kLong);
  const std::vector<std::string> expected{"acquired 1", "acquired 2", "finished"};
  CHECK(broken->all() == expected);
  CHECK(sound->all() == expected);
}

TEST_CASE("an observer that stands still delays neither the run nor its end", "[unit]") {
  auto heard = std::make_shared<Heard>();
  heard->open = false;
  const auto start = std::chrono::steady_clock::now();
  {
    ObserverHub hub(observers(NamedObserver{"slow", std::make_unique<Listener>(heard)}));
    for (std::int64_t id = 1; id <= 10'000; ++id) {
      hub.tell(acquired(id));
    }
    hub.finish(RunFinished{}, std::chrono::milliseconds(50));
  }
  CHECK(since(start) < std::chrono::seconds(20));
  CHECK(heard->all().empty());
  // It lives on, and nothing that it holds is gone.
  heard->set_open(true);
}

TEST_CASE("a full queue drops what is told then, but neither start nor end", "[unit]") {
  auto heard = std::make_shared<Heard>();
  heard->open = false;
  ObserverHub hub(observers(NamedObserver{"slow", std::make_unique<Listener>(heard)}), 2);
  hub.tell(RunStarted{});
  heard->wait_inside();
  for (std::int64_t id = 1; id <= 5; ++id) {
    hub.tell(acquired(id));
  }
  std::thread opener([&] { heard->set_open(true); });
  hub.finish(RunFinished{}, kLong);
  opener.join();
  CHECK(heard->all() ==
        std::vector<std::string>{"started", "acquired 1", "acquired 2", "finished"});
}

TEST_CASE("a progress takes the place of an unheard one of the same batch", "[unit]") {
  auto heard = std::make_shared<Heard>();
  heard->open = false;
  ObserverHub hub(observers(NamedObserver{"slow", std::make_unique<Listener>(heard)}), 2);
  hub.tell(RunStarted{});
  heard->wait_inside();
  for (std::int64_t done = 1; done <= 100; ++done) {
    hub.tell(BatchProgress{7, done, 100});
  }
  heard->set_open(true);
  hub.finish(RunFinished{}, kLong);
  CHECK(heard->all() == std::vector<std::string>{"started", "progress 100", "finished"});
}

TEST_CASE("a progress does not take the place of an earlier attempt's", "[unit]") {
  auto heard = std::make_shared<Heard>();
  heard->open = false;
  ObserverHub hub(observers(NamedObserver{"slow", std::make_unique<Listener>(heard)}));
  hub.tell(RunStarted{});
  heard->wait_inside();
  hub.tell(BatchProgress{7, 1, 2});
  hub.tell(acquired(7));
  hub.tell(BatchProgress{7, 2, 2});
  heard->set_open(true);
  hub.finish(RunFinished{}, kLong);
  CHECK(heard->all() ==
        std::vector<std::string>{"started", "progress 1", "acquired 7", "progress 2", "finished"});
}
