#include "store/world.hpp"

#include <catch2/catch.hpp>

namespace tranche::test {

using std::chrono::seconds;

namespace {

/// Batches that take a minute; each asset takes 2 s.
void create_sized(World& world, std::int64_t max_count = 1000) {
  JobDefinition wanted = world.definition();
  wanted.limits.max_count = max_count;
  wanted.limits.target_duration = std::chrono::minutes(1);
  wanted.on_exit = "137=retry";
  world.create_job(wanted);
}

void work_at(World& world, const Batch& batch) {
  world.advance(seconds(2 * batch.count));
}

/// Counts of the next batches, which succeed.
std::vector<std::int64_t> counts(World& world, int batches, const AcquireOptions& options = {}) {
  std::vector<std::int64_t> found;
  for (int i = 0; i < batches; ++i) {
    const Batch batch = acquire(world.inventory(), options);
    work_at(world, batch);
    succeed(world.inventory(), batch);
    found.push_back(batch.count);
  }
  return found;
}

using Counts = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("ranges grow up to what takes the target's time, and tell why", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 300);
    create_sized(world);
    Inventory& inventory = world.inventory();
    const Batch first = acquire(inventory);
    CHECK(first.count == 1);
    CHECK(first.size_reason == "target 1m: nothing is known yet; 1 asset to begin with at most");
    work_at(world, first);
    succeed(inventory, first);
    CHECK(inventory.plan("job", {}, 1).at(0).count == 4);
    CHECK(counts(world, 4) == Counts{4, 16, 30, 30});
    const Batch later = acquire(inventory);
    CHECK(has(later.size_reason, "target 1m: "));
    CHECK(has(later.size_reason, " s an asset"));
    CHECK(inventory.find_batch(later.id).batch.size_reason == later.size_reason);
  });
}

TEST_CASE("the end of a batch with the next one teaches as well as an end alone", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 300);
    create_sized(world);
    Inventory& inventory = world.inventory();
    AcquireOptions options;
    options.least_ahead = 3;
    Batch held = acquire(inventory, options);
    Counts found{held.count};
    for (int i = 0; i < 4; ++i) {
      work_at(world, held);
      const Handed handed = inventory.release_and_acquire(held, {}, options);
      REQUIRE(handed.next);
      REQUIRE(handed.next->batch);
      held = *handed.next->batch;
      found.push_back(held.count);
    }
    CHECK(found == Counts{1, 4, 16, 30, 30});
  });
}

TEST_CASE("the limits stay caps, and the reason tells which one held", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 60);
    create_sized(world, 10);
    CHECK(counts(world, 4) == Counts{1, 4, 10, 10});
    Inventory& inventory = world.inventory();
    AcquireOptions light;
    light.limits.max_weight = 7;
    const Batch capped = acquire(inventory);
    CHECK(has(capped.size_reason, "; --max-count allows no more"));
    CHECK(has(acquire(inventory, light).size_reason, "; --max-weight allows no more"));
    acquire(inventory);
    CHECK(has(acquire(inventory).size_reason, "; no more assets waited"));
  });
}

TEST_CASE("a batch that runs out of memory halves the next range at once", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 300);
    create_sized(world);
    counts(world, 4);
    Inventory& inventory = world.inventory();
    AcquireOptions new_ones;
    new_ones.retry = RetryMode::none;
    fail(inventory, acquire(inventory, new_ones), 137);
    const Batch next = acquire(inventory, new_ones);
    CHECK(next.count == 15);
    CHECK(has(next.size_reason, "after exit status 137 at most"));
    ReleaseRequest timed_out;
    timed_out.status = ReleaseRequest::Status::failed;
    timed_out.timed_out = true;
    inventory.release(next.id, next.token, timed_out);
    const Batch last = acquire(inventory, new_ones);
    CHECK(last.count == 7);
    // Another failure says nothing of the size.
    fail(inventory, last, 1);
    CHECK(acquire(inventory, new_ones).count == 7);
  });
}

TEST_CASE("an acquire's own target is learned for, too, and a campaign begins with what is known",
          "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 300);
    world.create_job(1000);
    AcquireOptions own;
    own.limits.target_duration = std::chrono::minutes(1);
    CHECK(counts(world, 4, own) == Counts{1, 4, 16, 30});
    Inventory& inventory = world.inventory();
    inventory.create_campaign("job", "again", {"1", "300", {}});
    own.window = "again";
    CHECK(acquire(inventory, own).count == 30);
    own.window = std::string(kIncremental);
    own.limits.target_duration.reset();
    const Batch rest = acquire(inventory, own);
    CHECK(rest.count == 249);
    CHECK(rest.size_reason.empty());
  });
}

TEST_CASE("a range that is full by its target does not wait for more", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 90);
    JobDefinition wanted = world.definition();
    wanted.limits.target_duration = std::chrono::minutes(1);
    wanted.limits.min_count = 40;
    world.create_job(wanted);
    CHECK(counts(world, 4) == Counts{1, 4, 16, 30});
    CHECK(world.inventory().backlog("job").ready == 39);
    CHECK(counts(world, 1) == Counts{30});
    CHECK(acquired(world.inventory()) == "none");
    CHECK(world.inventory().backlog("job").ready == 0);
  });
}

TEST_CASE("a target that is too short is refused", "[store]") {
  on_every_store([](World& world) {
    JobDefinition wanted = world.definition();
    wanted.limits.target_duration = Duration(999);
    CHECK(refusal([&] { world.create_job(wanted); }).code == ErrorCode::usage);
  });
}

}  // namespace tranche::test
