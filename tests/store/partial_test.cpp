#include "store/world.hpp"

#include "tranche/key_set.hpp"

#include <catch2/catch.hpp>

namespace tranche::test {

using Texts = std::vector<std::string>;
using Status = ReleaseRequest::Status;

namespace {

ReleaseRequest failed_but(const std::vector<Key>& done, Status status = Status::failed) {
  ReleaseRequest request;
  request.status = status;
  request.exit_code = 1;
  KeySetWriter keys;
  for (const Key& key : done) {
    if (keys.full()) {
      request.done_keys.push_back(keys.take_part());
    }
    keys.add(key);
  }
  request.done_keys.push_back(keys.take_part());
  return request;
}

ReleaseRequest failed_but(const std::vector<std::int64_t>& done, Status status = Status::failed) {
  std::vector<Key> keys;
  for (const std::int64_t key : done) {
    keys.push_back(Key::integer(key));
  }
  return failed_but(keys, status);
}

Batch release(Inventory& inventory, const Batch& batch, const ReleaseRequest& request) {
  return inventory.release(batch.id, batch.token, request);
}

/// The batches of an asset: "id:status".
Texts batches_of(Inventory& inventory, const std::string& key) {
  Texts found;
  for (const BatchHistory& history : inventory.find_asset("job", key).batches) {
    found.push_back(std::to_string(history.batch.id) + ":" +
                    std::string(to_string(history.batch.status)));
  }
  return found;
}

std::int64_t findings(Inventory& inventory) {
  std::int64_t found = 0;
  inventory.audit("job", {}, [&](const AuditFinding&) { ++found; });
  return found;
}

}  // namespace

TEST_CASE("what is done leaves a failed batch, which comes back with the rest", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 20);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    const Batch first = acquire(inventory);
    const Batch after = release(inventory, first, failed_but({1, 2, 3, 5, 6, 8, 9, 10}));
    CHECK(after.status == BatchStatus::failed);
    CHECK(range_of(after) == "1-10/2");
    CHECK(after.done_count == 8);
    const Backlog backlog = inventory.backlog("job");
    CHECK(backlog.count == 12);
    CHECK(backlog.ready == 12);
    CHECK(backlog.failed == 1);

    const Batch again = acquire(inventory);
    CHECK(again.id == first.id);
    CHECK(again.attempt == 2);
    CHECK(keys_of(inventory, again) == Texts{"4", "7"});
    CHECK(has(inventory.range_condition(again), "4"));
    CHECK_FALSE(has(inventory.range_condition(again), "5"));
    succeed(inventory, again);
    CHECK(acquired(inventory) == "11-20/10");
    CHECK(attempts_of(inventory, first.id) == Texts{"1:failed", "2:succeeded"});
    CHECK(inventory.backlog("job").count == 10);
    CHECK(findings(inventory) == 0);
  });
}

TEST_CASE("each asset of a partly done batch tells where it was processed", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 10);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    const Batch batch = acquire(inventory);
    world.advance(std::chrono::seconds(5));
    release(inventory, batch, failed_but({2, 3}));
    CHECK(batches_of(inventory, "1") == Texts{"1:failed"});
    CHECK(batches_of(inventory, "2") == Texts{"2:succeeded"});
    const BatchHistory done = inventory.find_batch(2);
    CHECK(done.batch.parent_id == 1);
    CHECK(done.batch.straggler);
    CHECK(keys_of(inventory, done.batch) == Texts{"2", "3"});
    REQUIRE(done.attempts.size() == 1);
    CHECK(done.attempts[0].outcome == Outcome::succeeded);
    CHECK(done.attempts[0].started_at == batch.acquired_at);
    CHECK(done.attempts[0].ended_at == world.now());
    CHECK_FALSE(done.pruned);
    CHECK(inventory.find_batch(1).batch.children == std::vector<std::int64_t>{2});
  });
}

TEST_CASE("a batch whose assets are all done has succeeded whatever its end", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 5);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    const Batch after = release(inventory, acquire(inventory), failed_but({1, 2, 3, 4, 5}));
    CHECK(after.status == BatchStatus::succeeded);
    CHECK(after.exit_code == 1);
    CHECK(after.count == 5);
    CHECK(inventory.backlog("job").count == 0);
  });
}

TEST_CASE("a batch that is given back keeps what it was done with", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 10);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    release(inventory, acquire(inventory), failed_but({1, 2, 3}, Status::returned));
    const Batch again = acquire(inventory);
    CHECK(range_of(again) == "1-10/7");
    CHECK(again.attempt == 1);
    release(inventory, again, failed_but({4, 10}));
    const Batch last = acquire(inventory);
    CHECK(keys_of(inventory, last) == Texts{"5", "6", "7", "8", "9"});
    CHECK(last.done_count == 5);
    CHECK(findings(inventory) == 0);
  });
}

TEST_CASE("the same partial release again changes nothing", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 10);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    const Batch batch = acquire(inventory);
    release(inventory, batch, failed_but({1, 2}));
    release(inventory, batch, failed_but({1, 2}));
    CHECK(inventory.backlog("job").count == 8);
    CHECK(inventory.find_batch(1).batch.children.size() == 1);
    CHECK(attempts_of(inventory, 1).size() == 1);
  });
}

TEST_CASE("a split halves what is left", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 10);
    JobDefinition wanted = world.definition();
    wanted.on_exit = "*=split";
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    release(inventory, acquire(inventory), failed_but({1, 2, 5, 6, 9, 10}));
    CHECK(acquired(inventory) == "3-4/2");
    CHECK(acquired(inventory) == "7-8/2");
    CHECK(findings(inventory) == 0);
    world.insert_range(11, 12);
    CHECK(acquired(inventory) == "11-12/2");
    CHECK(findings(inventory) == 0);
  });
}

TEST_CASE("a reset hands out again what is left and what was done", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 10);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    release(inventory, acquire(inventory), failed_but({1, 2, 9}));
    inventory.reset("job", "6");
    CHECK(acquired(inventory) == "1-10/10");
    CHECK(acquired(inventory) == "none");
  });
}

TEST_CASE("an audit sees what changes among done and left assets", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 10);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    release(inventory, acquire(inventory), failed_but({1, 2, 9}));
    CHECK(findings(inventory) == 0);
    world.erase("9");
    world.erase("5");
    std::vector<std::string> vanished;
    inventory.audit("job", {}, [&](const AuditFinding& finding) {
      vanished.push_back(std::string(to_string(finding.kind)) + " " + finding.first_key.text());
    });
    CHECK(vanished == Texts{"vanished 5", "vanished 9"});
  });
}

TEST_CASE("batches of many parts and text keys are divided exactly", "[store]") {
  on_every_store(
      [](World& world) {
        std::vector<Row> rows;
        constexpr int kRows = 70'000;
        for (int i = 0; i < kRows; ++i) {
          rows.push_back({"k" + std::to_string(100'000 + i), 1, "a", {}});
        }
        world.insert(rows);
        JobDefinition wanted = world.definition();
        world.create_job(wanted);
        Inventory& inventory = world.inventory();
        const Batch batch = acquire(inventory);
        REQUIRE(batch.count == kRows);
        std::vector<Key> done;
        for (int i = 0; i < kRows; ++i) {
          if (i % 2 == 0 || i < 66'000) {
            done.push_back(Key::parse(KeyType::text, rows[static_cast<std::size_t>(i)].key));
          }
        }
        const Batch after = release(inventory, batch, failed_but(done));
        CHECK(after.count == 2'000);
        CHECK(after.done_count == 68'000);
        const Texts left = keys_of(inventory, acquire(inventory));
        REQUIRE(left.size() == 2'000);
        CHECK(left.front() == "k166001");
        CHECK(left.back() == "k169999");
        CHECK(findings(inventory) == 0);
        CHECK(batches_of(inventory, "k100000") == Texts{"2:succeeded"});
        CHECK(batches_of(inventory, "k165999") == Texts{"3:succeeded"});
      },
      KeyType::text);
}

}  // namespace tranche::test
