#include "store/world.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <mutex>
#include <thread>

namespace tranche::test {

using std::chrono::minutes;
using std::chrono::seconds;

namespace {

void create_capped(World& world, std::int64_t most, std::int64_t max_count = 10) {
  JobDefinition wanted = world.definition();
  wanted.limits.max_count = max_count;
  wanted.max_in_flight = most;
  world.create_job(wanted);
}

AcquireOptions of(const std::string& window) {
  AcquireOptions options;
  options.window = window;
  options.lease = minutes(5);
  return options;
}

constexpr int kRunners = 8;
constexpr std::int64_t kMost = 3;

}  // namespace

TEST_CASE("no more batches of a window are processed at once than it allows", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 100);
    create_capped(world, 2);
    Inventory& inventory = world.inventory();
    const Batch first = acquire(inventory);
    acquire(inventory);
    const Acquired none = inventory.acquire("job");
    CHECK(!none.batch);
    CHECK(has(none.note, "--max-in-flight 2"));
    CHECK(inventory.backlog("job").ready == 0);
    CHECK(inventory.plan("job", {}, 3).empty());
    succeed(inventory, first);
    CHECK(inventory.backlog("job").ready == 80);
    CHECK(inventory.plan("job", {}, 3).size() == 3);
    CHECK(acquired(inventory) == "21-30/10");
    CHECK(acquired(inventory) == "none");
  });
}

TEST_CASE("a retry needs room as well, and a lease that ended gives it", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 100);
    create_capped(world, 1);
    Inventory& inventory = world.inventory();
    fail(inventory, acquire(inventory, of("incremental")));
    AcquireOptions new_ones = of("incremental");
    new_ones.retry = RetryMode::none;
    CHECK(acquired(inventory, new_ones) == "11-20/10");
    AcquireOptions only = of("incremental");
    only.retry = RetryMode::only;
    CHECK(has(inventory.acquire("job", only).note, "--max-in-flight 1"));
    world.advance(minutes(5));
    CHECK(acquired(inventory, only) == "1-10/10");
    CHECK(acquired(inventory) == "none");
  });
}

TEST_CASE("the end of a batch and the next one leave as many in flight", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 100);
    create_capped(world, 1);
    Inventory& inventory = world.inventory();
    AcquireOptions options = of("incremental");
    options.least_ahead = 2;
    Batch held = acquire(inventory, options);
    for (const char* range : {"11-20/10", "21-30/10", "31-40/10", "41-50/10"}) {
      const Handed handed = inventory.release_and_acquire(held, {}, options);
      REQUIRE(handed.next);
      CHECK(range_of(handed.next->batch) == range);
      held = *handed.next->batch;
    }
    // A holder whose lease has ended has no room to hand over.
    world.advance(minutes(6));
    Inventory other = world.client();
    AcquireOptions fresh = options;
    fresh.retry = RetryMode::none;
    CHECK(acquired(other, fresh) == "51-60/10");
    const Handed late = inventory.release_and_acquire(held, {}, options);
    CHECK(late.released.status == BatchStatus::succeeded);
    REQUIRE(late.next);
    CHECK(!late.next->batch);
  });
}

TEST_CASE("a campaign has a cap of its own, or the job's, and counts its own batches", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 100);
    create_capped(world, 1);
    Inventory& inventory = world.inventory();
    CampaignOptions wide{"1", "100", {}, {}, 2};
    inventory.create_campaign("job", "wide", wide);
    inventory.create_campaign("job", "plain", {"1", "100", {}});
    CHECK(inventory.find_window("job", "wide").max_in_flight == 2);
    CHECK(acquired(inventory) == "1-10/10");
    CHECK(acquired(inventory) == "none");
    CHECK(acquired(inventory, of("wide")) == "1-10/10");
    CHECK(acquired(inventory, of("wide")) == "11-20/10");
    CHECK(has(inventory.acquire("job", of("wide")).note, "campaign 'wide'"));
    CHECK(acquired(inventory, of("plain")) == "1-10/10");
    CHECK(acquired(inventory, of("plain")) == "none");
    wide.max_in_flight = 0;
    CHECK(refusal([&] { inventory.create_campaign("job", "no", wide); }).code == ErrorCode::usage);
  });
}

TEST_CASE("a job that is given a cap holds it for those who know it without", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 100);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    AcquireOptions options = of("incremental");
    options.least_ahead = 3;
    Batch held = acquire(inventory, options);
    const Handed handed = inventory.release_and_acquire(held, {}, options);
    held = *handed.next->batch;
    world.client().update_job("job", [](JobDefinition& job) { job.max_in_flight = 1; });
    CHECK(acquired(inventory, options) == "none");
    fail(inventory, held);
    Inventory other = world.client();
    CHECK(acquired(other) == "11-20/10");
    CHECK(acquired(inventory, options) == "none");
    CHECK(acquired(other) == "none");
    world.client().update_job("job", [](JobDefinition& job) { job.max_in_flight.reset(); });
    CHECK(acquired(inventory) == "21-30/10");
  });
}

TEST_CASE("runners that race never have one more in flight than allowed", "[store]") {
  on_every_sql_store([](World& world) {
    world.insert_range(1, 240);
    create_capped(world, kMost, 2);
    const std::int64_t window = world.inventory().find_window("job", "incremental").id;
    std::atomic<std::int64_t> in_flight = 0;
    std::atomic<std::int64_t> highest = 0;
    std::atomic<std::int64_t> done = 0;
    const auto note = [&](std::int64_t now) {
      for (std::int64_t seen = highest; seen < now && !highest.compare_exchange_weak(seen, now);) {
      }
    };
    const auto work = [&] {
      Inventory inventory = world.client();
      const auto store = world.store();
      AcquireOptions options = of("incremental");
      while (done < 120) {
        auto next = inventory.acquire("job", options).batch;
        while (next) {
          note(++in_flight);
          // What the inventory says is never more either.
          note(store->begin(false)->count_live(window));
          const bool hands_over = next->id % 3 != 0;
          --in_flight;
          ++done;
          if (hands_over) {
            const Handed handed = inventory.release_and_acquire(*next, {}, options);
            next = handed.next ? handed.next->batch : std::nullopt;
          } else {
            succeed(inventory, *next);
            next.reset();
          }
        }
      }
    };
    std::vector<std::thread> runners;
    for (int i = 0; i < kRunners; ++i) {
      runners.emplace_back(work);
    }
    for (std::thread& runner : runners) {
      runner.join();
    }
    CHECK(done == 120);
    CHECK(highest <= kMost);
    CHECK(highest >= 1);
    CHECK(world.inventory().backlog("job").count == 0);
  });
}

}  // namespace tranche::test
