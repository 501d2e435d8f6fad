#include "store/world.hpp"

#include <catch2/catch.hpp>

namespace tranche::test {

using Texts = std::vector<std::string>;

TEST_CASE("acquire hands out consecutive ranges, oldest first, until nothing is left", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 25);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    CHECK(acquired(inventory) == "1-10/10");
    CHECK(acquired(inventory) == "11-20/10");
    CHECK(acquired(inventory) == "21-25/5");
    CHECK(acquired(inventory) == "none");
    world.insert_range(26, 27);
    CHECK(acquired(inventory) == "26-27/2");
  });
}

TEST_CASE("gaps between keys are no matter", "[store]") {
  on_every_store([](World& world) {
    world.insert({{"3"}, {"7"}, {"1000"}, {"1001"}, {"9000000000"}});
    world.create_job(2);
    Inventory& inventory = world.inventory();
    CHECK(acquired(inventory) == "3-7/2");
    CHECK(acquired(inventory) == "1000-1001/2");
    CHECK(acquired(inventory) == "9000000000-9000000000/1");
  });
}

TEST_CASE("a job without limits hands out everything in one batch", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 5000);
    world.create_job(world.definition());
    const Batch batch = acquire(world.inventory());
    CHECK(range_of(batch) == "1-5000/5000");
    CHECK(batch.weight == 5000);
    CHECK(keys_of(world.inventory(), batch).size() == 5000);
    CHECK(acquired(world.inventory()) == "none");
  });
}

TEST_CASE("a batch says what it is", "[store]") {
  on_every_store([](World& world) {
    world.insert({{"1", 2.5}, {"2", 4}});
    world.create_job(world.definition());
    AcquireOptions wanted;
    wanted.run_id = "a-run";
    wanted.lease = std::chrono::minutes(2);
    const Batch batch = acquire(world.inventory(), wanted);
    CHECK(batch.id > 0);
    CHECK(batch.job == "job");
    CHECK(batch.window == "incremental");
    CHECK(batch.weight == 6.5);
    CHECK(batch.status == BatchStatus::processing);
    CHECK(batch.attempt == 1);
    CHECK(batch.max_attempts == 3);
    CHECK(batch.token.size() == 32);
    CHECK(batch.run_id == "a-run");
    CHECK(batch.acquired_at == world.now());
    CHECK(batch.available_at == world.now() + std::chrono::minutes(2));
    CHECK(batch.table == world.table());
    CHECK(batch.key_column == "key");
    const Batch stored = world.inventory().find_batch(batch.id).batch;
    CHECK(range_of(stored) == "1-2/2");
    CHECK(stored.token == batch.token);
    CHECK(stored.acquired_at == batch.acquired_at);
    CHECK(stored.available_at == batch.available_at);
  });
}

TEST_CASE("whichever limit is reached first ends a batch", "[store]") {
  on_every_store([](World& world) {
    world.insert({{"1", 4}, {"2", 4}, {"3", 4}, {"4", 1}, {"5", 1}, {"6", 1}, {"7", 1}});
    JobDefinition wanted = world.definition();
    wanted.limits = {3, 10};
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    CHECK(acquired(inventory) == "1-2/2");
    CHECK(acquired(inventory) == "3-5/3");
    CHECK(acquired(inventory) == "6-7/2");
  });
}

TEST_CASE("a weight that reaches the limit exactly still fits", "[store]") {
  on_every_store([](World& world) {
    world.insert({{"1", 6}, {"2", 4}, {"3", 0}, {"4", 10}, {"5", 1}});
    JobDefinition wanted = world.definition();
    wanted.limits.max_weight = 10;
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    CHECK(acquired(inventory) == "1-3/3");
    CHECK(acquired(inventory) == "4-4/1");
    CHECK(acquired(inventory) == "5-5/1");
  });
}

TEST_CASE("an asset heavier than the limit travels alone", "[store]") {
  on_every_store([](World& world) {
    world.insert({{"1", 5}, {"2", 5000}, {"3", 5000}, {"4", 5}, {"5", 5}});
    JobDefinition wanted = world.definition();
    wanted.limits.max_weight = 10;
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    for (const char* expected : {"1-1/1", "2-2/1", "3-3/1", "4-5/2", "none"}) {
      CHECK(acquired(inventory) == expected);
    }
  });
}

TEST_CASE("a NULL weight counts as 0", "[store]") {
  on_every_store([](World& world) {
    world.insert({{"1", std::nullopt}, {"2", 3}, {"3", std::nullopt}});
    world.create_job(world.definition());
    const Batch batch = acquire(world.inventory());
    CHECK(range_of(batch) == "1-3/3");
    CHECK(batch.weight == 3);
    CHECK(world.inventory().backlog("job").weight == 3);
  });
}

TEST_CASE("a negative weight is refused by its key, and nothing changes", "[store]") {
  on_every_store([](World& world) {
    world.insert({{"1", 3}, {"22", -1}, {"23", 1}});
    world.create_job(world.definition());
    Inventory& inventory = world.inventory();
    const Refusal refused = refusal([&] { inventory.acquire("job"); });
    CHECK(refused.code == ErrorCode::refused);
    CHECK(has(refused.text, "key 22"));
    CHECK(inventory.find_window("job", "incremental").frontier == std::nullopt);
    world.erase("22");
    CHECK(acquired(inventory) == "1-23/2");
  });
}

TEST_CASE("limits of a call hold for the ranges it cuts, not for batches that come back",
          "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 30);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    AcquireOptions four;
    four.limits.max_count = 4;
    CHECK(acquired(inventory, four) == "1-4/4");
    const Batch ten = acquire(inventory);
    CHECK(range_of(ten) == "5-14/10");
    release(inventory, ten, ReleaseRequest::Status::returned);
    CHECK(acquired(inventory, four) == "5-14/10");
    CHECK(acquired(inventory, four) == "15-18/4");
  });
}

TEST_CASE("limits that are none are refused, and nothing changes", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 3);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    AcquireOptions wanted;
    for (const std::int64_t count :
         {std::int64_t{0}, std::int64_t{-1}, std::numeric_limits<std::int64_t>::min()}) {
      wanted.limits = {count, std::nullopt};
      CHECK(refusal([&] { inventory.acquire("job", wanted); }).code == ErrorCode::usage);
      CHECK(refusal([&] { inventory.plan("job", wanted, 10); }).code == ErrorCode::usage);
      CHECK(refusal([&] { inventory.create_campaign("job", "c", {{}, {}, wanted.limits}); }).code ==
            ErrorCode::usage);
    }
    for (const double weight : {0.0,
                                -1.0,
                                std::numeric_limits<double>::infinity(),
                                std::numeric_limits<double>::quiet_NaN()}) {
      wanted.limits = {std::nullopt, weight};
      CHECK(refusal([&] { inventory.acquire("job", wanted); }).code == ErrorCode::usage);
    }
    wanted = {};
    wanted.lease = Duration::zero();
    CHECK(refusal([&] { inventory.acquire("job", wanted); }).code == ErrorCode::usage);
    wanted = {};
    wanted.limits.max_count = std::numeric_limits<std::int64_t>::max();
    CHECK(acquired(inventory, wanted) == "1-3/3");
  });
}

TEST_CASE("a weight limit without a weight column is refused", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 3);
    JobDefinition wanted = world.definition();
    wanted.weight_column.reset();
    world.create_job(wanted);
    AcquireOptions heavy;
    heavy.limits.max_weight = 10;
    CHECK(refusal([&] { world.inventory().acquire("job", heavy); }).code == ErrorCode::refused);
    CHECK(acquire(world.inventory()).weight == 0);
  });
}

TEST_CASE("only assets that match the filter are handed out", "[store]") {
  on_every_store([](World& world) {
    for (int block = 0; block < 10; ++block) {
      world.insert_range(block * 100 + 1, block * 100 + 99, "a");
      world.insert({{std::to_string(block * 100 + 100), 1, "b"}});
    }
    JobDefinition wanted = world.definition();
    wanted.filter = "tag = 'b'";
    wanted.limits.max_count = 4;
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    const Batch batch = acquire(inventory);
    CHECK(range_of(batch) == "100-400/4");
    CHECK(batch.filter == "tag = 'b'");
    CHECK(keys_of(inventory, batch) == Texts{"100", "200", "300", "400"});
    CHECK(acquired(inventory) == "500-800/4");
    CHECK(acquired(inventory) == "900-1000/2");
  });
}

TEST_CASE("where nothing matches, the frontier moves on all the same", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 1000);
    JobDefinition wanted = world.definition();
    wanted.filter = "tag = 'b'";
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    CHECK(acquired(inventory) == "none");
    CHECK(inventory.find_window("job", "incremental").frontier->text() == "1000");
    world.insert({{"1001", 1, "b"}});
    CHECK(acquired(inventory) == "1001-1001/1");
  });
}

TEST_CASE("an empty table has nothing to hand out", "[store]") {
  on_every_store([](World& world) {
    world.create_job(10);
    CHECK(acquired(world.inventory()) == "none");
    CHECK(world.inventory().find_window("job", "incremental").frontier == std::nullopt);
    CHECK(world.inventory().backlog("job").count == 0);
    CHECK(world.inventory().plan("job", {}, 5).empty());
    world.insert_range(1, 3);
    CHECK(acquired(world.inventory()) == "1-3/3");
  });
}

TEST_CASE("a start key is included, wherever it lies", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 30);
    for (const auto& [name, key, expected] : {std::tuple{"at", "21", "21-30/10"},
                                              std::tuple{"low", "-5", "1-30/30"},
                                              std::tuple{"high", "31", "none"}}) {
      JobDefinition wanted = world.definition();
      wanted.start_key = key;
      world.create_job(wanted, name);
      CHECK(range_of(world.inventory().acquire(name).batch) == expected);
    }
    world.insert_range(31, 32);
    CHECK(range_of(world.inventory().acquire("high").batch) == "31-32/2");
  });
}

}  // namespace tranche::test
