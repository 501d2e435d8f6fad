#include "store/world.hpp"

#include <catch2/catch.hpp>

namespace tranche::test {

using std::chrono::minutes;

namespace {

/// Ranges of 10 assets, of at least 5, which wait for 15 minutes at most.
JobDefinition waiting_job(const World& world) {
  JobDefinition wanted = world.definition();
  wanted.limits.max_count = 10;
  wanted.limits.min_count = 5;
  wanted.limits.max_wait = minutes(15);
  return wanted;
}

std::vector<std::string> planned(Inventory& inventory, const AcquireOptions& options = {}) {
  return ranges_of(inventory.plan("job", options, 9));
}

using Ranges = std::vector<std::string>;

}  // namespace

TEST_CASE("fewer assets than the least number wait for more", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 14);
    world.create_job(waiting_job(world));
    Inventory& inventory = world.inventory();
    CHECK(planned(inventory) == Ranges{"1-10/10"});
    CHECK(inventory.backlog("job").ready == 14);
    CHECK(acquired(inventory) == "1-10/10");
    const Acquired none = inventory.acquire("job");
    CHECK(!none.batch);
    CHECK(none.due_in == minutes(15));
    CHECK(has(none.note, "--min-count"));
    CHECK(planned(inventory).empty());
    CHECK(inventory.backlog("job").ready == 0);
    CHECK(inventory.backlog("job").count == 14);
    world.insert_range(15, 15);
    CHECK(inventory.backlog("job").ready == 5);
    CHECK(planned(inventory) == Ranges{"11-15/5"});
    CHECK(acquired(inventory) == "11-15/5");
  });
}

TEST_CASE("what waits goes out once the oldest of it has waited long enough", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 2);
    world.create_job(waiting_job(world));
    Inventory& inventory = world.inventory();
    CHECK(acquired(inventory) == "none");
    world.advance(minutes(10));
    world.insert_range(3, 3);
    CHECK(inventory.acquire("job").due_in == minutes(5));
    world.advance(minutes(5) - Duration(1));
    CHECK(acquired(inventory) == "none");
    CHECK(inventory.backlog("job").ready == 0);
    world.advance(Duration(1));
    CHECK(inventory.backlog("job").ready == 3);
    CHECK(planned(inventory) == Ranges{"1-3/3"});
    CHECK(acquired(inventory) == "1-3/3");
    // The next one waits from when it is seen.
    world.insert_range(4, 4);
    CHECK(inventory.acquire("job").due_in == minutes(15));
  });
}

TEST_CASE("a sensor that looks at the backlog is enough for the wait to begin", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 2);
    world.create_job(waiting_job(world));
    Inventory& inventory = world.inventory();
    CHECK(inventory.backlog("job").ready == 0);
    world.advance(minutes(15));
    CHECK(inventory.backlog("job").ready == 2);
    CHECK(acquired(inventory) == "1-2/2");
  });
}

TEST_CASE("a range that is full by weight does not wait", "[store]") {
  on_every_store([](World& world) {
    world.insert({{"1", 6}, {"2", 6}, {"3", 3}});
    JobDefinition wanted = waiting_job(world);
    wanted.limits.max_weight = 10;
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    CHECK(planned(inventory) == Ranges{"1-1/1"});
    CHECK(acquired(inventory) == "1-1/1");
    CHECK(acquired(inventory) == "none");
  });
}

TEST_CASE("the last range of a campaign does not wait, unless more can come", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 13);
    world.create_job(waiting_job(world));
    Inventory& inventory = world.inventory();
    inventory.create_campaign("job", "twelve", {"1", "12", {}});
    inventory.create_campaign("job", "fourteen", {"1", "14", {}});
    AcquireOptions options;
    options.window = "twelve";
    CHECK(planned(inventory, options) == Ranges{"1-10/10", "11-12/2"});
    CHECK(acquired(inventory, options) == "1-10/10");
    CHECK(inventory.backlog("job", "twelve").ready == 2);
    CHECK(acquired(inventory, options) == "11-12/2");
    options.window = "fourteen";
    CHECK(acquired(inventory, options) == "1-10/10");
    CHECK(acquired(inventory, options) == "none");
    world.insert_range(14, 14);
    CHECK(acquired(inventory, options) == "11-14/4");
  });
}

TEST_CASE("retries do not wait for more", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 2);
    world.create_job(waiting_job(world));
    Inventory& inventory = world.inventory();
    AcquireOptions any;
    any.limits.min_count = 1;
    fail(inventory, acquire(inventory, any));
    world.insert_range(3, 4);
    CHECK(acquired(inventory) == "1-2/2");
    CHECK(acquired(inventory) == "none");
  });
}

TEST_CASE("an acquire's own least number holds over the job's, and so does its wait", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 4);
    world.create_job(waiting_job(world));
    Inventory& inventory = world.inventory();
    AcquireOptions own;
    own.limits.max_wait = minutes(5);
    CHECK(inventory.acquire("job", own).due_in == minutes(5));
    own.limits.min_count = 4;
    CHECK(acquired(inventory, own) == "1-4/4");
    world.insert_range(5, 5);
    own.limits.min_count.reset();
    own.limits.max_wait = Duration::zero();
    CHECK(acquired(inventory, own) == "5-5/1");
  });
}

TEST_CASE("without a longest wait it is an hour", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 1);
    JobDefinition wanted = world.definition();
    wanted.limits.min_count = 2;
    world.create_job(wanted);
    CHECK(world.inventory().acquire("job").due_in == std::chrono::hours(1));
  });
}

TEST_CASE("an asset that waits no more leaves its time to nobody", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 1);
    world.create_job(waiting_job(world));
    Inventory& inventory = world.inventory();
    CHECK(acquired(inventory) == "none");
    world.advance(minutes(10));
    world.insert_range(2, 2);
    world.erase("1");
    CHECK(inventory.acquire("job").due_in == minutes(15));
    world.advance(minutes(15));
    const Batch batch = acquire(inventory);
    CHECK(range_of(batch) == "2-2/1");
    succeed(inventory, batch);
    // What is handed out again is seen anew.
    inventory.reset("job", "2");
    CHECK(inventory.acquire("job").due_in == minutes(15));
  });
}

TEST_CASE("a range of many parts that has to wait leaves nothing behind", "[store]") {
  on_every_sql_store([](World& world) {
    const bool sqlite = world.setup().source == Place::sqlite;
    const std::string numbers =
        sqlite
            ? "(WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 65540) "
              "SELECT i FROM n) AS n"
            : "generate_series(1, 65540) AS n (i)";
    world.run("INSERT INTO {table} (key, item, weight, tag) SELECT i, 'item', 1, 'a' FROM " +
              numbers);
    JobDefinition wanted = world.definition();
    wanted.limits.min_count = 65'541;
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    CHECK(acquired(inventory) == "none");
    CHECK(acquired(inventory) == "none");
    world.insert_range(65'541, 65'541);
    const Batch batch = acquire(inventory);
    CHECK(batch.count == 65'541);
    CHECK(keys_of(inventory, batch).size() == 65'541);
  });
}

TEST_CASE("a least number that no range can have is refused", "[store]") {
  on_every_store([](World& world) {
    JobDefinition wanted = waiting_job(world);
    wanted.limits.min_count = 11;
    CHECK(refusal([&] { world.create_job(wanted); }).code == ErrorCode::usage);
    wanted.limits.min_count = 0;
    CHECK(refusal([&] { world.create_job(wanted); }).code == ErrorCode::usage);
  });
}

}  // namespace tranche::test
