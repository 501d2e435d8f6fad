#include "store/world.hpp"

#include <catch2/catch.hpp>

namespace tranche::test {

using Texts = std::vector<std::string>;
using Status = ReleaseRequest::Status;

namespace {

Texts history_of(Inventory& inventory, const std::string& key) {
  Texts batches;
  for (const BatchHistory& history : inventory.find_asset("job", key).batches) {
    batches.push_back(range_of(history.batch) + " " + std::string(to_string(history.batch.status)));
  }
  return batches;
}

}  // namespace

TEST_CASE("retry makes failed, exhausted and cancelled batches available with fresh attempts",
          "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 30);
    JobDefinition wanted = world.definition();
    wanted.limits.max_count = 10;
    wanted.on_exit = "9=fail";
    wanted.retry_delay = std::chrono::hours(1);
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    const Batch exhausted = acquire(inventory);
    const Batch waiting = acquire(inventory);
    const Batch cancelled = acquire(inventory);
    fail(inventory, exhausted, 9);
    fail(inventory, waiting);
    inventory.cancel({cancelled.id});
    CHECK(acquired(inventory) == "none");
    const auto changed = inventory.retry("job", {cancelled.id, waiting.id, exhausted.id});
    CHECK(changed.size() == 3);
    for (const Batch& batch : changed) {
      CHECK(batch.status == BatchStatus::planned);
      CHECK(batch.attempt == 0);
      CHECK(!batch.exhausted);
    }
    for (const Batch& batch : {exhausted, waiting, cancelled}) {
      const Batch again = acquire(inventory, options(RetryMode::none));
      CHECK(again.id == batch.id);
      CHECK(again.attempt == 1);
    }
  });
}

TEST_CASE("retry refuses what it cannot repeat, and then changes nothing", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 30);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    const Batch failed = acquire(inventory);
    const Batch succeeded = acquire(inventory);
    const Batch running = acquire(inventory);
    inventory.cancel({failed.id});
    succeed(inventory, succeeded);
    for (const std::int64_t id : {succeeded.id, running.id}) {
      const Refusal refused = refusal([&] { inventory.retry("job", {failed.id, id}); });
      CHECK(refused.code == ErrorCode::refused);
      CHECK(has(refused.text, "batch " + std::to_string(id)));
      CHECK(inventory.find_batch(failed.id).batch.status == BatchStatus::cancelled);
    }
    CHECK(refusal([&] { inventory.retry("job", {12345}); }).code == ErrorCode::not_found);
    world.create_job(world.definition(), "other");
    CHECK(refusal([&] { inventory.retry("other", {failed.id}); }).code == ErrorCode::refused);
    CHECK(refusal([&] { inventory.retry("none", {failed.id}); }).code == ErrorCode::not_found);
  });
}

TEST_CASE("retry of all failed takes failed and exhausted batches, not cancelled ones", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 40);
    JobDefinition wanted = world.definition();
    wanted.limits.max_count = 10;
    wanted.on_exit = "*=fail";
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    const Batch first = acquire(inventory);
    const Batch second = acquire(inventory);
    const Batch third = acquire(inventory);
    fail(inventory, second);
    fail(inventory, first);
    inventory.cancel({third.id});
    CHECK(ranges_of(inventory.retry_all_failed("job", "incremental")) ==
          Texts{"1-10/10", "11-20/10"});
    CHECK(inventory.retry_all_failed("job", "").empty());
    CHECK(inventory.find_batch(third.id).batch.status == BatchStatus::cancelled);
  });
}

TEST_CASE("cancel takes planned, processing and failed batches, and not succeeded ones",
          "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 40);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    const Batch planned = acquire(inventory);
    const Batch failed = acquire(inventory, options(RetryMode::none));
    const Batch running = acquire(inventory, options(RetryMode::none));
    const Batch succeeded = acquire(inventory, options(RetryMode::none));
    release(inventory, planned, Status::returned);
    fail(inventory, failed);
    succeed(inventory, succeeded);
    CHECK(refusal([&] { inventory.cancel({planned.id, succeeded.id}); }).code ==
          ErrorCode::refused);
    CHECK(inventory.find_batch(planned.id).batch.status == BatchStatus::planned);
    inventory.cancel({planned.id, failed.id, running.id});
    CHECK(inventory.cancel({planned.id}).at(0).status == BatchStatus::cancelled);
    CHECK(acquired(inventory) == "none");
    const Backlog backlog = inventory.backlog("job");
    CHECK(backlog.cancelled == 3);
    CHECK(backlog.count == 30);
    CHECK(backlog.ready == 0);
    CHECK(backlog.processing + backlog.failed + backlog.exhausted == 0);
  });
}

TEST_CASE("reset hands out its key next, and all behind it again", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 40);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    for (int i = 0; i < 3; ++i) {
      succeed(inventory, acquire(inventory));
    }
    CHECK(inventory.reset("job", "15") == 2);
    CHECK(inventory.backlog("job").count == 26);
    CHECK(inventory.backlog("job").first_key->text() == "15");
    CHECK(acquired(inventory) == "15-24/10");
    CHECK(acquired(inventory) == "25-34/10");
    CHECK(acquired(inventory) == "35-40/6");
    // The batch that straddles the key succeeded: it keeps what lies before.
    CHECK(history_of(inventory, "14") == Texts{"11-20/10 succeeded"});
    CHECK(history_of(inventory, "15") == Texts{"11-20/10 succeeded", "15-24/10 processing"});
    CHECK(history_of(inventory, "22") == Texts{"21-30/10 succeeded", "15-24/10 processing"});
    CHECK(history_of(inventory, "35") == Texts{"35-40/6 processing"});
  });
}

TEST_CASE("reset never goes forward, not even over batches that an earlier one took back",
          "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 40);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    for (int i = 0; i < 4; ++i) {
      succeed(inventory, acquire(inventory));
    }
    CHECK(inventory.reset("job", "11") == 3);
    CHECK(refusal([&] { inventory.reset("job", "21"); }).code == ErrorCode::refused);
    CHECK(acquired(inventory) == "11-20/10");
    CHECK(inventory.backlog("job").count == 30);
  });
}

TEST_CASE("reset goes back to the first key of a batch that straddles it and has not succeeded",
          "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 30);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    succeed(inventory, acquire(inventory));
    const Batch failed = acquire(inventory);
    fail(inventory, failed);
    succeed(inventory, acquire(inventory, options(RetryMode::none)));
    CHECK(inventory.reset("job", "15") == 2);
    CHECK(inventory.backlog("job").count == 20);
    CHECK(acquired(inventory) == "11-20/10");
    CHECK(acquired(inventory) == "21-30/10");
    CHECK(acquired(inventory) == "none");
    const Batch old = inventory.find_batch(failed.id).batch;
    CHECK(old.superseded);
    CHECK(old.status == BatchStatus::cancelled);
    CHECK(refusal([&] { inventory.retry("job", {failed.id}); }).code == ErrorCode::refused);
    CHECK(inventory.retry_all_failed("job", "").empty());
  });
}

TEST_CASE("reset is refused while a batch behind its key is processed, and changes nothing",
          "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 30);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    succeed(inventory, acquire(inventory));
    const Batch running = acquire(inventory);
    succeed(inventory, acquire(inventory));
    const Refusal refused = refusal([&] { inventory.reset("job", "5"); });
    CHECK(refused.code == ErrorCode::refused);
    CHECK(has(refused.text, "batch " + std::to_string(running.id)));
    CHECK(acquired(inventory) == "none");
    CHECK(inventory.reset("job", "21") == 1);
    CHECK(succeed(inventory, running).status == BatchStatus::succeeded);
    CHECK(acquired(inventory) == "21-30/10");
  });
}

TEST_CASE("reset goes back, never ahead, and takes a key of the job's type", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 30);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    succeed(inventory, acquire(inventory));
    CHECK(refusal([&] { inventory.reset("job", "12"); }).code == ErrorCode::refused);
    CHECK(refusal([&] { inventory.reset("job", "x"); }).code == ErrorCode::refused);
    CHECK(refusal([&] { inventory.reset("other", "1"); }).code == ErrorCode::not_found);
    CHECK(acquired(inventory) == "11-20/10");
  });
}

TEST_CASE("resets pile up, and every asset answers with all its batches", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 30);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    for (const char* key : {"25", "12", "12", "1", "29"}) {
      while (const auto batch = inventory.acquire("job").batch) {
        succeed(inventory, *batch);
      }
      CHECK(inventory.backlog("job").count == 0);
      inventory.reset("job", key);
      CHECK(inventory.backlog("job").count == 31 - std::stoi(key));
    }
    CHECK(inventory.find_asset("job", "11").batches.size() == 2);
    CHECK(inventory.find_asset("job", "13").batches.size() == 4);
    CHECK(inventory.find_asset("job", "30").batches.size() == 5);
  });
}

TEST_CASE("a halved batch is superseded by a reset together with its halves", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 20);
    JobDefinition wanted = world.definition();
    wanted.on_exit = "*=split";
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    fail(inventory, acquire(inventory));
    succeed(inventory, acquire(inventory));
    CHECK(inventory.backlog("job").count == 10);
    inventory.reset("job", "6");
    CHECK(inventory.backlog("job").count == 15);
    CHECK(acquired(inventory) == "6-20/15");
    CHECK(acquired(inventory) == "none");
    CHECK(history_of(inventory, "12") ==
          Texts{"1-20/20 cancelled", "11-20/10 cancelled", "6-20/15 processing"});
  });
}

}  // namespace tranche::test
