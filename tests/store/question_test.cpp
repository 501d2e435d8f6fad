#include "store/world.hpp"

#include <catch2/catch.hpp>

namespace tranche::test {

using Texts = std::vector<std::string>;
using Status = ReleaseRequest::Status;
using std::chrono::minutes;

TEST_CASE("backlog counts what no success has closed", "[store]") {
  on_every_store([](World& world) {
    for (int i = 1; i <= 60; ++i) {
      world.insert({{std::to_string(i), i}});
    }
    JobDefinition wanted = world.definition();
    wanted.limits.max_count = 10;
    wanted.on_exit = "9=fail";
    wanted.retry_delay = minutes(1);
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    Backlog backlog = inventory.backlog("job");
    CHECK(backlog.count == 60);
    CHECK(backlog.ready == 60);
    CHECK(backlog.weight == 60 * 61 / 2);
    CHECK(backlog.first_key->text() == "1");
    CHECK(backlog.last_key->text() == "60");
    succeed(inventory, acquire(inventory));
    acquire(inventory);
    fail(inventory, acquire(inventory));
    fail(inventory, acquire(inventory), 9);
    backlog = inventory.backlog("job");
    CHECK(backlog.job == "job");
    CHECK(backlog.window == "incremental");
    CHECK(backlog.count == 50);
    CHECK(backlog.weight == 60 * 61 / 2 - 55);
    CHECK(backlog.first_key->text() == "11");
    CHECK(backlog.last_key->text() == "60");
    CHECK(backlog.processing == 1);
    CHECK(backlog.failed == 1);
    CHECK(backlog.exhausted == 1);
    CHECK(backlog.cancelled == 0);
    CHECK(backlog.ready == 20);
    CHECK(backlog.unsettled == 0);
    CHECK(backlog.oldest_age_seconds == std::nullopt);
    world.advance(minutes(1));
    CHECK(inventory.backlog("job").ready == 30);
    world.advance(std::chrono::hours(25));
    CHECK(inventory.backlog("job").ready == 40);
  });
}

TEST_CASE("backlog of a drained window is empty", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 10);
    world.create_job(10);
    succeed(world.inventory(), acquire(world.inventory()));
    const Backlog backlog = world.inventory().backlog("job");
    CHECK(backlog.count == 0);
    CHECK(backlog.weight == 0);
    CHECK(!backlog.first_key);
    CHECK(!backlog.last_key);
    CHECK(backlog.ready == 0);
  });
}

TEST_CASE("plan is what acquire then hands out, and changes nothing", "[store]") {
  for (const RetryMode mode :
       {RetryMode::first, RetryMode::last, RetryMode::only, RetryMode::none}) {
    on_every_store([mode](World& world) {
      INFO("mode " << static_cast<int>(mode));
      world.insert_range(1, 55);
      JobDefinition wanted = world.definition();
      wanted.limits.max_count = 10;
      wanted.on_exit = "9=fail";
      world.create_job(wanted);
      Inventory& inventory = world.inventory();
      const Batch running = acquire(inventory);
      const Batch failed = acquire(inventory);
      const Batch back = acquire(inventory);
      fail(inventory, acquire(inventory), 9);
      fail(inventory, failed);
      release(inventory, back, Status::returned);
      const auto planned = inventory.plan("job", options(mode), 100);
      CHECK(ranges_of(inventory.plan("job", options(mode), 100)) == ranges_of(planned));
      CHECK(inventory.plan("job", options(mode), 1).size() ==
            std::min<std::size_t>(1, planned.size()));
      CHECK(inventory.plan("job", options(mode), 0).empty());
      std::vector<Batch> got;
      while (const auto batch = inventory.acquire("job", options(mode)).batch) {
        got.push_back(*batch);
      }
      CHECK(ranges_of(got) == ranges_of(planned));
      REQUIRE(got.size() >= 1);
      for (std::size_t i = 0; i < got.size(); ++i) {
        CHECK((planned[i].id == 0 || planned[i].id == got[i].id));
        CHECK(planned[i].weight == got[i].weight);
      }
      CHECK(inventory.find_batch(running.id).batch.token == running.token);
    });
  }
}

TEST_CASE("plan takes the limits of the call", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 10);
    world.create_job(10);
    AcquireOptions three;
    three.limits.max_count = 3;
    CHECK(ranges_of(world.inventory().plan("job", three, 3)) == Texts{"1-3/3", "4-6/3", "7-9/3"});
    CHECK(acquired(world.inventory()) == "1-10/10");
  });
}

TEST_CASE("an attempt says who, when and how", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 10);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    AcquireOptions of_run;
    of_run.run_id = "r1";
    const TimePoint begun = world.now();
    const Batch batch = acquire(inventory, of_run);
    world.advance(Duration(1234));
    fail(inventory, batch, 3);
    world.advance(minutes(1));
    acquire(inventory);
    const BatchHistory history = inventory.find_batch(batch.id);
    REQUIRE(history.attempts.size() == 2);
    CHECK(history.attempts[0].run_id == "r1");
    CHECK(history.attempts[0].started_at == begun);
    CHECK(history.attempts[0].ended_at == begun + Duration(1234));
    CHECK(history.attempts[0].exit_code == 3);
    CHECK(history.attempts[1].attempt == 2);
    CHECK(history.attempts[1].ended_at == std::nullopt);
    CHECK(history.attempts[1].outcome == std::nullopt);
  });
}

TEST_CASE("an asset answers from the key sets: what came late or did not match is in no batch",
          "[store]") {
  on_every_store([](World& world) {
    world.insert({{"10"}, {"20", 2.5, "a", "the item"}, {"25", 1, "b"}, {"30"}, {"40"}});
    JobDefinition wanted = world.definition();
    wanted.filter = "tag = 'a'";
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    const Batch batch = acquire(inventory);
    CHECK(range_of(batch) == "10-40/4");
    world.insert({{"15"}});
    CHECK(keys_of(inventory, batch) == Texts{"10", "20", "30", "40"});
    const AssetHistory held = inventory.find_asset("job", "20");
    CHECK(held.item == "the item");
    CHECK(held.weight == 2.5);
    REQUIRE(held.batches.size() == 1);
    CHECK(held.batches[0].batch.id == batch.id);
    CHECK(held.batches[0].attempts.size() == 1);
    CHECK(inventory.find_asset("job", "15").batches.empty());
    CHECK(inventory.find_asset("job", "25").batches.empty());
    CHECK(refusal([&] { inventory.find_asset("job", "17"); }).code == ErrorCode::not_found);
    CHECK(refusal([&] { inventory.find_asset("job", "x"); }).code == ErrorCode::refused);
    world.erase("30");
    const AssetHistory gone = inventory.find_asset("job", "30");
    CHECK(gone.item == std::nullopt);
    CHECK(gone.batches.size() == 1);
    CHECK(keys_of(inventory, batch) == Texts{"10", "20", "40"});
  });
}

TEST_CASE("an item answers for every asset that carries it", "[store]") {
  on_every_store([](World& world) {
    world.insert({{"1", 1, "a", "same"}, {"2", 1, "a", "it's \"x\""}, {"3", 1, "a", "same"}});
    world.create_job(2);
    Inventory& inventory = world.inventory();
    acquire(inventory);
    const auto same = inventory.find_item("job", "same");
    REQUIRE(same.size() == 2);
    CHECK(same[0].batches.size() == 1);
    CHECK(same[1].batches.empty());
    CHECK(inventory.find_item("job", "it's \"x\"").at(0).key.text() == "2");
    CHECK(refusal([&] { inventory.find_item("job", "none"); }).code == ErrorCode::not_found);
    JobDefinition bare = world.definition();
    bare.item_column.reset();
    world.create_job(bare, "bare");
    CHECK(refusal([&] { inventory.find_item("bare", "same"); }).code == ErrorCode::refused);
    CHECK(inventory.find_asset("bare", "2").item == "2");
  });
}

TEST_CASE("an asset in several windows lists the batches of each", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 10);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    inventory.create_campaign("job", "c", {});
    AcquireOptions of_campaign;
    of_campaign.window = "c";
    acquire(inventory);
    acquire(inventory, of_campaign);
    const auto batches = inventory.find_asset("job", "5").batches;
    REQUIRE(batches.size() == 2);
    CHECK(batches[0].batch.window == "incremental");
    CHECK(batches[1].batch.window == "c");
  });
}

TEST_CASE("runs are kept with their orchestrator's identity", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 10);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    Run run;
    run.id = random_uuid();
    run.job = "job";
    run.window = "incremental";
    run.host = "host";
    run.boot_id = "boot";
    run.pid = 4242;
    run.user = "user";
    run.command = {"sh", "-c", "echo \"ü\" $1", std::string("\xff")};
    run.identity = {{"dag_id", "d"}, {"try", "2"}};
    run.version = "1.2.3";
    inventory.start_run(run);
    const Run begun = inventory.find_run(run.id);
    CHECK(begun.started_at == world.now());
    CHECK(!begun.ended_at);
    CHECK(!begun.exit_status);
    CHECK(begun.job == "job");
    CHECK(begun.window == "incremental");
    CHECK(begun.pid == 4242);
    CHECK(begun.command.size() == 4);
    CHECK(begun.command[2] == run.command[2]);
    CHECK(begun.identity == run.identity);
    world.advance(minutes(1));
    inventory.finish_run(run.id, 137, 3, 1);
    Run second = run;
    second.id = random_uuid();
    inventory.start_run(second);
    const Run ended = inventory.find_run(run.id);
    CHECK(ended.ended_at == world.now());
    CHECK(ended.exit_status == 137);
    CHECK(ended.succeeded == 3);
    CHECK(ended.failed == 1);
    CHECK(inventory.list_runs("job", 0).size() == 2);
    CHECK(inventory.list_runs(std::nullopt, 1).at(0).id == second.id);
    CHECK(refusal([&] { inventory.find_run("none"); }).code == ErrorCode::not_found);
    CHECK(refusal([&] { inventory.list_runs("none", 5); }).code == ErrorCode::not_found);
  });
}

TEST_CASE("a run is found by every name that it had while it ran, and shown with the last",
          "[store]") {
  on_every_store([](World& world) {
    world.create_job(10);
    Inventory& inventory = world.inventory();
    Run run;
    run.id = "1";
    run.job = "job";
    run.window = "incremental";
    run.identity = {{"dag_id", "daily"}};
    inventory.start_run(run);
    for (const char* name : {"app-1", "app-2", "app-2"}) {
      inventory.add_identity("1", {{"application", name}});
    }
    inventory.add_identity("1", {});
    inventory.add_identity("none", {{"application", "app-1"}});
    CHECK(inventory.find_run("1").identity ==
          Identity{{"dag_id", "daily"}, {"application", "app-2"}});
    const auto found = [&](const Identity& identity) {
      return inventory.list_runs(std::nullopt, 0, identity).size();
    };
    CHECK(found({{"application", "app-1"}}) == 1);
    CHECK(found({{"application", "app-2"}, {"dag_id", "daily"}}) == 1);
    CHECK(found({{"dag_id", "daily"}, {"application", "app-1"}}) == 1);
    CHECK(found({{"application", "app-3"}}) == 0);
    CHECK(found({{"application", "app-1"}, {"dag_id", "nightly"}}) == 0);
  });
}

TEST_CASE("the sink hears exactly the assets of a range that is cut", "[store]") {
  struct Sink final : AssetSink {
    void begin() override { items.clear(); }
    void add(const Asset& asset) override { items.push_back(asset.item); }
    Texts items;
  };
  on_every_store([](World& world) {
    world.insert_range(1, 5);
    world.create_job(3);
    Sink sink;
    AcquireOptions heard;
    heard.sink = &sink;
    const Acquired cut = world.inventory().acquire("job", heard);
    CHECK(cut.sink_filled);
    CHECK(sink.items == Texts{"item-1", "item-2", "item-3"});
    release(world.inventory(), *cut.batch, Status::returned);
    const Acquired again = world.inventory().acquire("job", heard);
    CHECK(again.batch->id == cut.batch->id);
    CHECK(!again.sink_filled);
  });
}

TEST_CASE("list_runs finds runs by what their orchestrator calls them, newest first", "[store]") {
  on_every_store([](World& world) {
    world.create_job(10);
    world.create_job(world.definition(), "other");
    Inventory& inventory = world.inventory();
    const auto start = [&](const std::string& id, const std::string& job, Identity identity) {
      Run run;
      run.id = id;
      run.job = job;
      run.window = "incremental";
      run.identity = std::move(identity);
      inventory.start_run(run);
      world.advance(minutes(1));
    };
    const std::string odd = "a'b\"c \xc3\xbc%_";
    start("1", "job", {{"dag_id", "daily"}, {"try_number", "1"}});
    start("2", "other", {{"dag_id", "daily"}, {"try_number", "2"}});
    start("3", "job", {{"dag_id", "daily"}, {"try_number", "2"}, {"note", odd}});
    start("4", "job", {{"dag_id", std::string(3000, 'x')}});
    start("5", "job", {});
    const auto ids = [&](const Identity& identity,
                         const std::optional<std::string>& job = std::nullopt,
                         std::int64_t limit = 0) {
      std::string all;
      for (const Run& run : inventory.list_runs(job, limit, identity)) {
        all += run.id;
      }
      return all;
    };
    CHECK(ids({{"dag_id", "daily"}}) == "321");
    CHECK(ids({{"dag_id", "daily"}}, "job") == "31");
    CHECK(ids({{"dag_id", "daily"}}, std::nullopt, 2) == "32");
    CHECK(ids({{"dag_id", "daily"}, {"try_number", "2"}}) == "32");
    CHECK(ids({{"dag_id", "daily"}, {"try_number", "2"}}, "job", 1) == "3");
    CHECK(ids({{"dag_id", "daily"}, {"try_number", "3"}}).empty());
    CHECK(ids({{"dag_id", "Daily"}}).empty());
    CHECK(ids({{"note", odd}}) == "3");
    CHECK(ids({{"dag_id", std::string(3000, 'x')}}) == "4");
    CHECK(ids({}) == "54321");
    inventory.delete_job("other");
    CHECK(ids({{"dag_id", "daily"}}) == "31");
  });
}

TEST_CASE("attempt_totals counts ended attempts by outcome and duration", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 6);
    world.create_job(1);
    Inventory& inventory = world.inventory();
    CHECK(inventory.attempt_totals().empty());
    for (const auto took : {Duration(std::chrono::seconds(1)), Duration(minutes(2))}) {
      const Batch batch = acquire(inventory);
      world.advance(took);
      inventory.release(batch.id, batch.token, {});
    }
    fail(inventory, acquire(inventory));
    acquire(inventory);
    const auto totals = inventory.attempt_totals();
    REQUIRE(totals.size() == 2);
    const bool failed_first = totals[0].outcome == Outcome::failed;
    const AttemptTotals& failed = totals[failed_first ? 0 : 1];
    const AttemptTotals& succeeded = totals[failed_first ? 1 : 0];
    CHECK(failed.outcome == Outcome::failed);
    CHECK(failed.attempts == 1);
    CHECK(failed.seconds == 0);
    CHECK(succeeded.outcome == Outcome::succeeded);
    CHECK(succeeded.job == "job");
    CHECK(succeeded.window == "incremental");
    CHECK(succeeded.attempts == 2);
    CHECK(succeeded.seconds == 121);
    CHECK(succeeded.within == std::array<std::int64_t, 10>{1, 1, 1, 1, 2, 2, 2, 2, 2, 2});
  });
}

}  // namespace tranche::test
