#include "store/world.hpp"

#include <catch2/catch.hpp>

namespace tranche::test {

using Texts = std::vector<std::string>;
using Status = ReleaseRequest::Status;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

/// A job over keys 1..10 in one batch.
Inventory& with_policy(World& world, const std::string& on_exit, int max_attempts = 3) {
  world.insert_range(1, 10);
  JobDefinition wanted = world.definition();
  wanted.on_exit = on_exit;
  wanted.max_attempts = max_attempts;
  world.create_job(wanted);
  return world.inventory();
}

}  // namespace

TEST_CASE("a failed batch comes back with the same id and range until its attempts are used up",
          "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 20);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    const Batch first = acquire(inventory);
    for (int attempt = 1; attempt <= 3; ++attempt) {
      const Batch batch = attempt == 1 ? first : acquire(inventory);
      CHECK(batch.id == first.id);
      CHECK(range_of(batch) == "1-10/10");
      CHECK(batch.attempt == attempt);
      const Batch after = fail(inventory, batch, 7);
      CHECK(after.status == BatchStatus::failed);
      CHECK(after.exit_code == 7);
      CHECK(after.exhausted == (attempt == 3));
    }
    CHECK(acquired(inventory) == "11-20/10");
    CHECK(acquired(inventory) == "none");
    CHECK(attempts_of(inventory, first.id) == Texts{"1:failed", "2:failed", "3:failed"});
  });
}

TEST_CASE("a failed batch waits for its retry delay", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 10);
    JobDefinition wanted = world.definition();
    wanted.retry_delay = seconds(30);
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    CHECK(fail(inventory, acquire(inventory)).available_at == world.now() + seconds(30));
    world.advance(Duration(29'999));
    CHECK(acquired(inventory) == "none");
    CHECK(inventory.backlog("job").ready == 0);
    CHECK(inventory.backlog("job").failed == 1);
    world.advance(Duration(1));
    CHECK(inventory.backlog("job").ready == 10);
    CHECK(acquired(inventory) == "1-10/10");
  });
}

TEST_CASE("retries go out before, after, alone or not at all", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 100);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    fail(inventory, acquire(inventory));
    CHECK(acquired(inventory, options(RetryMode::last)) == "11-20/10");
    CHECK(acquired(inventory, options(RetryMode::none)) == "21-30/10");
    const Batch again = acquire(inventory, options(RetryMode::only));
    CHECK(range_of(again) == "1-10/10");
    CHECK(acquired(inventory, options(RetryMode::only)) == "none");
    fail(inventory, again);
    CHECK(acquired(inventory, options(RetryMode::first)) == "1-10/10");
    CHECK(acquired(inventory, options(RetryMode::first)) == "31-40/10");
  });
}

TEST_CASE("retries last go out once there is nothing new", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 20);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    fail(inventory, acquire(inventory));
    for (const char* expected : {"11-20/10", "1-10/10", "none"}) {
      CHECK(acquired(inventory, options(RetryMode::last)) == expected);
    }
  });
}

TEST_CASE(
    "what was given back keeps its id and range, is not counted and goes out first under every "
    "mode",
    "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 100);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    for (const Status status : {Status::returned, Status::not_started}) {
      Batch batch = acquire(inventory);
      const std::int64_t id = batch.id;
      const std::string range = range_of(batch);
      for (const RetryMode mode :
           {RetryMode::first, RetryMode::last, RetryMode::only, RetryMode::none}) {
        const Batch back = release(inventory, batch, status);
        CHECK(back.status == BatchStatus::planned);
        CHECK(back.attempt == 0);
        batch = acquire(inventory, options(mode));
        CHECK(batch.id == id);
        CHECK(range_of(batch) == range);
        CHECK(batch.attempt == 1);
      }
      const std::string name = status == Status::returned ? "1:returned" : "1:not_started";
      CHECK(attempts_of(inventory, id) == Texts{name, name, name, name, "1:running"});
    }
  });
}

TEST_CASE("snooze comes back after its delay, and the attempt is not counted", "[store]") {
  on_every_store([](World& world) {
    Inventory& inventory = with_policy(world, "75=snooze:10m,*=fail", 1);
    for (int round = 0; round < 5; ++round) {
      const Batch batch = acquire(inventory);
      CHECK(batch.attempt == 1);
      const Batch after = fail(inventory, batch, 75);
      CHECK(after.status == BatchStatus::failed);
      CHECK(!after.exhausted);
      world.advance(minutes(10) - Duration(1));
      CHECK(acquired(inventory) == "none");
      world.advance(Duration(1));
    }
    CHECK(fail(inventory, acquire(inventory), 1).exhausted);
  });
}

TEST_CASE("skip counts as succeeded, marked skipped", "[store]") {
  on_every_store([](World& world) {
    Inventory& inventory = with_policy(world, "65=skip");
    const Batch after = fail(inventory, acquire(inventory), 65);
    CHECK(after.status == BatchStatus::succeeded);
    CHECK(after.skipped);
    CHECK(inventory.backlog("job").count == 0);
    CHECK(attempts_of(inventory, after.id) == Texts{"1:skipped"});
  });
}

TEST_CASE("fail exhausts at once", "[store]") {
  on_every_store([](World& world) {
    Inventory& inventory = with_policy(world, "64-78=fail");
    const Batch after = fail(inventory, acquire(inventory), 70);
    CHECK(after.exhausted);
    CHECK(after.attempt == 1);
    CHECK(acquired(inventory) == "none");
    CHECK(inventory.backlog("job").exhausted == 1);
    CHECK(inventory.backlog("job").failed == 0);
  });
}

TEST_CASE("a signal and a time-out follow their own entries", "[store]") {
  on_every_store([](World& world) {
    Inventory& inventory = with_policy(world, "KILL=skip,timeout=fail,*=retry");
    world.insert_range(11, 20);
    ReleaseRequest request;
    request.status = Status::failed;
    request.signal = 9;
    const Batch first = acquire(inventory, options(RetryMode::first));
    CHECK(inventory.release(first.id, first.token, request).skipped);
    CHECK(inventory.find_batch(first.id).attempts.at(0).signal == 9);
    (void)world;
  });
  on_every_store([](World& world) {
    Inventory& inventory = with_policy(world, "timeout=fail");
    ReleaseRequest request;
    request.status = Status::failed;
    request.timed_out = true;
    const Batch batch = acquire(inventory);
    CHECK(inventory.release(batch.id, batch.token, request).exhausted);
    CHECK(attempts_of(inventory, batch.id) == Texts{"1:timeout"});
  });
}

TEST_CASE("halt pauses the window and leaves the batch retryable, even on its last attempt",
          "[store]") {
  on_every_store([](World& world) {
    Inventory& inventory = with_policy(world, "70=halt", 1);
    world.insert_range(11, 20);
    const Batch batch = acquire(inventory);
    const Batch after = fail(inventory, batch, 70);
    CHECK(after.status == BatchStatus::failed);
    CHECK(!after.exhausted);
    const Acquired nothing = inventory.acquire("job");
    CHECK(!nothing.batch);
    CHECK(has(nothing.note, "halted by batch " + std::to_string(batch.id)));
    CHECK(has(nothing.note, "job resume job"));
    CHECK(inventory.find_window("job", "incremental").state == WindowState::paused);
    CHECK(inventory.backlog("job").failed == 1);
    inventory.pause_job("job", false);
    CHECK(inventory.find_window("job", "incremental").state == WindowState::active);
    CHECK(acquire(inventory).id == batch.id);
  });
}

TEST_CASE("split puts two halves in a batch's place, which begin afresh", "[store]") {
  on_every_store([](World& world) {
    Inventory& inventory = with_policy(world, "137=split");
    world.insert_range(11, 11);
    const Batch whole = acquire(inventory);
    const Batch after = fail(inventory, whole, 137);
    CHECK(after.status == BatchStatus::cancelled);
    CHECK(after.superseded);
    CHECK(!after.exhausted);
    CHECK(inventory.backlog("job").count == 11);
    CHECK(inventory.backlog("job").weight == 11);
    CHECK(inventory.backlog("job").ready == 11);
    CHECK(inventory.backlog("job").cancelled == 0);
    const Batch low = acquire(inventory);
    const Batch high = acquire(inventory);
    CHECK(range_of(low) == "1-6/6");
    CHECK(range_of(high) == "7-11/5");
    CHECK(low.attempt == 1);
    CHECK(low.parent_id == whole.id);
    CHECK(inventory.find_batch(whole.id).batch.children ==
          std::vector<std::int64_t>{low.id, high.id});
    CHECK(keys_of(inventory, low) == Texts{"1", "2", "3", "4", "5", "6"});
    CHECK(keys_of(inventory, high) == Texts{"7", "8", "9", "10", "11"});
    CHECK(acquired(inventory) == "none");
    CHECK(fail(inventory, whole, 137).status == BatchStatus::cancelled);
    CHECK(inventory.find_batch(whole.id).batch.children.size() == 2);
    CHECK(refusal([&] { inventory.retry("job", {whole.id}); }).code == ErrorCode::refused);
  });
}

TEST_CASE("splitting isolates a poisonous asset, which alone is exhausted", "[store]") {
  on_every_store([](World& world) {
    Inventory& inventory = with_policy(world, "*=split");
    int batches = 0;
    while (const auto batch = inventory.acquire("job").batch) {
      const Texts keys = keys_of(inventory, *batch);
      const bool poisoned = std::find(keys.begin(), keys.end(), "7") != keys.end();
      poisoned ? fail(inventory, *batch) : succeed(inventory, *batch);
      REQUIRE(++batches < 20);
    }
    const Backlog backlog = inventory.backlog("job");
    CHECK(backlog.count == 1);
    CHECK(backlog.exhausted == 1);
    CHECK(backlog.first_key->text() == "7");
  });
}

TEST_CASE("splitting leaves out what has vanished and what came late", "[store]") {
  on_every_store([](World& world) {
    world.insert({{"10"}, {"20"}, {"30"}, {"40"}, {"50"}, {"60"}});
    JobDefinition wanted = world.definition();
    wanted.on_exit = "*=split";
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    const Batch whole = acquire(inventory);
    world.erase("20");
    world.insert({{"15"}, {"45"}});
    fail(inventory, whole);
    CHECK(keys_of(inventory, acquire(inventory)) == Texts{"10", "30", "40"});
    CHECK(keys_of(inventory, acquire(inventory)) == Texts{"50", "60"});
    CHECK(acquired(inventory) == "none");
  });
}

TEST_CASE("attempts used up follow the policy for exhausted", "[store]") {
  on_every_store([](World& world) {
    Inventory& inventory = with_policy(world, "exhausted=split,*=retry", 2);
    fail(inventory, acquire(inventory));
    CHECK(fail(inventory, acquire(inventory)).status == BatchStatus::cancelled);
    CHECK(acquired(inventory) == "1-5/5");
  });
  on_every_store([](World& world) {
    Inventory& inventory = with_policy(world, "exhausted=skip", 1);
    CHECK(fail(inventory, acquire(inventory)).skipped);
  });
  on_every_store([](World& world) {
    Inventory& inventory = with_policy(world, "exhausted=halt", 1);
    const Batch after = fail(inventory, acquire(inventory));
    CHECK(after.status == BatchStatus::failed);
    CHECK(inventory.find_window("job", "incremental").state == WindowState::paused);
  });
}

TEST_CASE("fewer attempts than a failed batch has used exhaust it at the next acquire", "[store]") {
  on_every_store([](World& world) {
    Inventory& inventory = with_policy(world, "*=retry", 3);
    fail(inventory, acquire(inventory));
    fail(inventory, acquire(inventory));
    Inventory other = world.client();
    other.update_job("job", [](JobDefinition& wanted) { wanted.max_attempts = 2; });
    CHECK(acquired(inventory) == "none");
    CHECK(inventory.backlog("job").exhausted == 1);
  });
}

TEST_CASE("message and outputs are kept with the attempt, whatever bytes they hold", "[store]") {
  on_every_store([](World& world) {
    Inventory& inventory = with_policy(world, "*=retry");
    const std::string nasty = std::string("a\xff") + '\0' + "\xe4\xb8 'quoted' \\ \"x\"\n";
    ReleaseRequest request;
    request.status = Status::failed;
    request.exit_code = 3;
    request.message = nasty;
    request.outputs = {{"rows", "12"}, {"größe", "5 \"MB\"\n\\"}, {nasty, nasty}};
    const Batch first = acquire(inventory);
    inventory.release(first.id, first.token, request);
    const Attempt attempt = inventory.find_batch(first.id).attempts.at(0);
    CHECK(attempt.exit_code == 3);
    CHECK(has(attempt.message, "'quoted'"));
    CHECK(attempt.outputs.at("rows") == "12");
    CHECK(attempt.outputs.at("größe") == "5 \"MB\"\n\\");
    CHECK(attempt.outputs.size() == 3);
    request.message = "two\nlines, ünïcode";
    const Batch second = acquire(inventory);
    CHECK(second.message.empty());
    CHECK(second.outputs.empty());
    CHECK(inventory.release(second.id, second.token, request).message == request.message);
  });
}

}  // namespace tranche::test
