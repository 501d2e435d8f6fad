#include "store/world.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <mutex>
#include <thread>

namespace tranche::test {

namespace {

using namespace std::chrono_literals;

AcquireOptions in_order(RetryMode retry = RetryMode::first) {
  AcquireOptions ordered = options(retry);
  ordered.ordered = true;
  return ordered;
}

JobDefinition tens(World& world, int max_attempts = 3, const std::string& on_exit = "*=retry") {
  JobDefinition definition = world.definition();
  definition.limits.max_count = 10;
  definition.max_attempts = max_attempts;
  definition.on_exit = on_exit;
  return definition;
}

}  // namespace

TEST_CASE("in order, one batch is in flight, whoever holds it", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 30);
    world.create_job(tens(world));
    Inventory other = world.client();
    const Batch first = acquire(world.inventory(), in_order());
    CHECK(range_of(first) == "1-10/10");
    const Acquired nothing = other.acquire("job", in_order());
    CHECK(range_of(nothing.batch) == "none");
    CHECK(has(nothing.note, "batch " + std::to_string(first.id) + " is being processed"));
    succeed(world.inventory(), first);
    const Batch second = acquire(other, in_order());
    CHECK(range_of(second) == "11-20/10");
    // One that somebody took without asking for the order counts as well.
    const Batch third = acquire(world.inventory());
    succeed(other, second);
    CHECK(acquired(other, in_order()) == "none");
    succeed(other, third);
    CHECK(acquired(other, in_order()) == "none");
  });
}

TEST_CASE("in order, what failed is tried again before anything newer", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 30);
    JobDefinition definition = tens(world, 2);
    definition.retry_delay = 1min;
    world.create_job(definition);
    Inventory& inventory = world.inventory();
    const Batch first = acquire(inventory, in_order());
    fail(inventory, first);
    const Acquired early = inventory.acquire("job", in_order());
    CHECK(range_of(early.batch) == "none");
    CHECK(has(early.note, "waits for its next attempt"));
    CHECK(acquired(inventory, in_order(RetryMode::only)) == "none");
    world.advance(2min);
    const Batch again = acquire(inventory, in_order());
    CHECK(again.id == first.id);
    fail(inventory, again);
    const Acquired late = inventory.acquire("job", in_order());
    CHECK(range_of(late.batch) == "none");
    CHECK(has(late.note, "has failed for good"));
    CHECK(inventory.plan("job", in_order(), 5).empty());
    inventory.retry("job", {first.id});
    succeed(inventory, acquire(inventory, in_order()));
    CHECK(acquired(inventory, in_order()) == "11-20/10");
  });
}

TEST_CASE("in order, a batch that an operator cancelled is passed by", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 20);
    world.create_job(tens(world, 1));
    Inventory& inventory = world.inventory();
    const Batch first = acquire(inventory, in_order());
    fail(inventory, first);
    inventory.cancel({first.id});
    CHECK(acquired(inventory, in_order()) == "11-20/10");
  });
}

TEST_CASE("in order, a lost batch is taken over, and the last loss stops", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 20);
    world.create_job(tens(world, 2));
    Inventory& inventory = world.inventory();
    AcquireOptions brief = in_order();
    brief.lease = 1min;
    const Batch first = acquire(inventory, brief);
    world.advance(2min);
    CHECK(acquire(inventory, brief).id == first.id);
    world.advance(2min);
    const Acquired after = inventory.acquire("job", brief);
    CHECK(range_of(after.batch) == "none");
    CHECK(has(after.note, "has failed for good"));
    CHECK(attempts_of(inventory, first.id) == std::vector<std::string>{"1:lost", "2:lost"});
  });
}

TEST_CASE("in order, the halves of a split batch come one after the other", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 20);
    world.create_job(tens(world, 3, "*=split"));
    Inventory& inventory = world.inventory();
    fail(inventory, acquire(inventory, in_order()));
    const Batch half = acquire(inventory, in_order());
    CHECK(range_of(half) == "1-5/5");
    CHECK(acquired(inventory, in_order()) == "none");
    const Handed handed = inventory.release_and_acquire(half, {}, in_order());
    REQUIRE(handed.next);
    CHECK(range_of(handed.next->batch) == "6-10/5");
    const Handed last = inventory.release_and_acquire(*handed.next->batch, {}, in_order());
    REQUIRE(last.next);
    CHECK(range_of(last.next->batch) == "11-20/10");
  });
}

TEST_CASE("in order, what others planned ahead is cut anew", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 60);
    world.create_job(tens(world));
    Inventory& inventory = world.inventory();
    AcquireOptions planning = options();
    planning.least_ahead = 3;
    succeed(inventory, acquire(inventory, planning));
    AcquireOptions smaller = in_order();
    smaller.limits.max_count = 7;
    const Batch next = acquire(inventory, smaller);
    CHECK(range_of(next) == "11-17/7");
    CHECK(acquired(inventory, smaller) == "none");
  });
}

TEST_CASE("an acquire in order refuses to leave failures behind", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 10);
    world.create_job(tens(world));
    for (const RetryMode retry : {RetryMode::last, RetryMode::none}) {
      const Refusal refused = refusal([&] { world.inventory().acquire("job", in_order(retry)); });
      CHECK(refused.code == ErrorCode::usage);
      CHECK(has(refused.text, "accepted is to retry 'first' or 'only'"));
    }
  });
}

TEST_CASE("in order, workers side by side never hold two batches", "[store]") {
  on_every_sql_store([](World& world) {
    world.insert_range(1, 120);
    {
      Inventory inventory = Inventory::open(world.inventory_url(), {world.schema(), false});
      inventory.create_job("job", tens(world, 1000));
    }
    std::atomic<int> in_flight = 0;
    std::atomic<int> together = 0;
    std::mutex lock;
    std::vector<std::int64_t> first_keys;
    const auto work = [&](unsigned number) {
      Inventory inventory = Inventory::open(world.inventory_url(), {world.schema(), false});
      const auto deadline = std::chrono::steady_clock::now() + 60s;
      for (unsigned turn = number; std::chrono::steady_clock::now() < deadline; ++turn) {
        const Acquired next = inventory.acquire("job", in_order());
        if (!next.batch) {
          if (inventory.backlog("job").count == 0) {
            return;
          }
          continue;
        }
        together += ++in_flight > 1 ? 1 : 0;
        ReleaseRequest end;
        end.status =
            turn % 4 == 0 ? ReleaseRequest::Status::failed : ReleaseRequest::Status::succeeded;
        if (end.status == ReleaseRequest::Status::succeeded) {
          const std::lock_guard guard(lock);
          first_keys.push_back(next.batch->first_key->number());
        }
        --in_flight;
        inventory.release(next.batch->id, next.batch->token, end);
      }
    };
    std::vector<std::thread> workers;
    for (unsigned number = 0; number < 4; ++number) {
      workers.emplace_back(work, number);
    }
    for (std::thread& worker : workers) {
      worker.join();
    }
    CHECK(together == 0);
    CHECK(first_keys == std::vector<std::int64_t>{1, 11, 21, 31, 41, 51, 61, 71, 81, 91, 101, 111});
  });
}

}  // namespace tranche::test
