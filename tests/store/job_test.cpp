#include "store/world.hpp"

#include "tranche/definition.hpp"

#include <catch2/catch.hpp>

namespace tranche::test {

using Texts = std::vector<std::string>;

TEST_CASE("a job is stored and found with its definition", "[store]") {
  on_every_store([](World& world) {
    JobDefinition wanted = world.definition();
    wanted.filter = "tag = 'a'";
    wanted.limits = {1000, 1.5e12};
    wanted.max_attempts = 7;
    wanted.retry_delay = Duration(1500);
    wanted.on_exit = "75=snooze:10m,*=fail";
    wanted.lease = std::chrono::minutes(3);
    wanted.start_key = "-4";
    wanted.settle = std::chrono::seconds(9);
    const Job made = world.create_job(wanted);
    const Job found = world.inventory().find_job("job");
    CHECK(found.id == made.id);
    CHECK(found.version == 1);
    CHECK(found.created_at == world.now());
    CHECK(!found.paused);
    CHECK(to_json(found.definition) == to_json(made.definition));
    CHECK(found.definition.limits.max_weight == 1.5e12);
    CHECK(found.definition.retry_delay == Duration(1500));
    CHECK(found.definition.start_key == "-4");
    CHECK(world.inventory().list_jobs().size() == 1);
    CHECK(world.inventory().find_window("job", "incremental").lower->text() == "-4");
  });
}

TEST_CASE("a name that is taken, unusable or unknown is refused", "[store]") {
  on_every_store([](World& world) {
    world.create_job(10);
    Inventory& inventory = world.inventory();
    CHECK(refusal([&] { world.create_job(10); }).code == ErrorCode::refused);
    for (const std::string& name : {std::string(),
                                    std::string("a b"),
                                    std::string("-a"),
                                    std::string(64, 'a'),
                                    std::string("ä"),
                                    std::string("a/b"),
                                    std::string("a'; --")}) {
      CHECK(refusal([&] { world.create_job(world.definition(), name); }).code == ErrorCode::usage);
    }
    world.create_job(world.definition(), std::string(63, 'a'));
    const Refusal unknown = refusal([&] { inventory.find_job("jbo"); });
    CHECK(unknown.code == ErrorCode::not_found);
    CHECK(has(unknown.text, "jobs here: "));
    CHECK(has(unknown.text, "job"));
    for (const auto& action :
         std::vector<std::function<void()>>{[&] { inventory.acquire("jbo"); },
                                            [&] { inventory.backlog("jbo"); },
                                            [&] { inventory.pause_job("jbo", true); },
                                            [&] { inventory.delete_job("jbo"); },
                                            [&] { inventory.plan("jbo", {}, 1); },
                                            [&] { inventory.find_asset("jbo", "1"); }}) {
      CHECK(refusal(action).code == ErrorCode::not_found);
    }
  });
}

TEST_CASE("a batch keeps the version it was cut with, a changed job applies to later ranges",
          "[store]") {
  on_every_store([](World& world) {
    for (int i = 1; i <= 40; ++i) {
      world.insert({{std::to_string(i), 1, i % 2 == 0 ? "b" : "a"}});
    }
    JobDefinition wanted = world.definition();
    wanted.filter = "tag = 'a'";
    wanted.limits.max_count = 5;
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    const Batch before = acquire(inventory);
    Inventory other = world.client();
    const Job changed = other.update_job("job", [](JobDefinition& now) {
      now.filter = "tag = 'b'";
      now.limits.max_count = 3;
    });
    CHECK(changed.version == 2);
    const Batch after = acquire(inventory);
    CHECK(keys_of(inventory, after) == Texts{"10", "12", "14"});
    CHECK(after.filter == "tag = 'b'");
    release(inventory, before, ReleaseRequest::Status::returned);
    const Batch again = acquire(inventory);
    CHECK(again.id == before.id);
    CHECK(again.filter == "tag = 'a'");
    CHECK(again.version_id == before.version_id);
    CHECK(keys_of(inventory, again) == Texts{"1", "3", "5", "7", "9"});
  });
}

TEST_CASE("attempts, delay and lease of a changed job take effect at once", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 10);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    const Batch batch = acquire(inventory);
    Inventory other = world.client();
    other.update_job("job", [](JobDefinition& now) {
      now.max_attempts = 5;
      now.retry_delay = std::chrono::minutes(1);
      now.lease = std::chrono::minutes(9);
    });
    CHECK(fail(inventory, batch).available_at == world.now() + std::chrono::minutes(1));
    world.advance(std::chrono::minutes(1));
    const Batch again = acquire(inventory);
    CHECK(again.max_attempts == 5);
    CHECK(again.available_at == world.now() + std::chrono::minutes(9));
  });
}

TEST_CASE("a client that sees many versions keeps few connections", "[store]") {
  on_every_sql_store([](World& world) {
    world.insert_range(1, 40);
    world.create_job(1);
    std::vector<Batch> batches;
    for (int i = 0; i < 12; ++i) {
      world.inventory().update_job(
          "job", [&](JobDefinition& wanted) { wanted.retry_delay = Duration(i + 1); });
      batches.push_back(acquire(world.inventory()));
    }
    for (const Batch& batch : batches) {
      CHECK(keys_of(world.inventory(), batch).size() == 1);
      CHECK(!world.inventory().range_condition(batch).empty());
    }
    if (world.setup().source == Place::postgres) {
      const std::string mine =
          "application_name = 'tranche' AND query LIKE '%" + world.schema() + "%'";
      world.run("DO $$ BEGIN IF (SELECT count(*) FROM pg_stat_activity WHERE " + mine +
                ") > 8 THEN RAISE 'too many connections'; END IF; END $$");
    }
  });
}

TEST_CASE("the same definition again makes no new version", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 10);
    JobDefinition wanted = world.definition();
    const Job first = world.inventory().apply_job("job", wanted);
    CHECK(first.version == 1);
    CHECK(world.inventory().apply_job("job", wanted).version == 1);
    wanted.max_attempts = 9;
    CHECK(world.inventory().apply_job("job", wanted).version == 2);
  });
}

TEST_CASE("table, key and source cannot change once batches were handed out", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 10);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    const std::vector<std::function<void(JobDefinition&)>> changes{
        [](JobDefinition& wanted) { wanted.table = "others"; },
        [](JobDefinition& wanted) { wanted.key_column = "id"; },
        [](JobDefinition& wanted) { wanted.source = "sqlite:/x.db"; }};
    inventory.update_job("job", changes[1]);
    inventory.update_job("job", [](JobDefinition& wanted) { wanted.key_column = "key"; });
    acquire(inventory);
    for (const auto& change : changes) {
      CHECK(refusal([&] { inventory.update_job("job", change); }).code == ErrorCode::refused);
    }
    CHECK(inventory.find_job("job").version == 3);
  });
}

TEST_CASE("a start key can change or go until the first batch", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 10);
    JobDefinition wanted = world.definition();
    wanted.start_key = "8";
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    inventory.update_job("job", [](JobDefinition& now) { now.start_key = "5"; });
    CHECK(inventory.backlog("job").count == 6);
    inventory.update_job("job", [](JobDefinition& now) { now.start_key.reset(); });
    CHECK(acquired(inventory) == "1-10/10");
  });
}

TEST_CASE("a start key cannot change once batches were handed out, and the refusal names reset",
          "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 30);
    JobDefinition wanted = world.definition();
    wanted.start_key = "8";
    wanted.limits.max_count = 5;
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    CHECK(acquired(inventory) == "8-12/5");
    for (const std::optional<std::string>& key : {std::optional<std::string>("2"),
                                                  std::optional<std::string>("20"),
                                                  std::optional<std::string>()}) {
      const Refusal refused = refusal(
          [&] { inventory.update_job("job", [&](JobDefinition& now) { now.start_key = key; }); });
      CHECK(refused.code == ErrorCode::refused);
      CHECK(has(refused.text, "tranche reset --job job --to-key"));
      CHECK(has(refused.text, key ? "'" + *key + "'" : "the first asset"));
    }
    CHECK(inventory.find_job("job").version == 1);
    CHECK(inventory.apply_job("job", inventory.find_job("job").definition).version == 1);
    CHECK(acquired(inventory) == "13-17/5");
  });
}

TEST_CASE("a job is deleted with all that belongs to it, and its name is free again", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 30);
    JobDefinition wanted = world.definition();
    wanted.limits.max_count = 10;
    wanted.on_exit = "*=split";
    world.create_job(wanted);
    world.create_job(wanted, "other");
    Inventory& inventory = world.inventory();
    Inventory other = world.client();
    const Batch kept = *other.acquire("other").batch;
    inventory.create_campaign("job", "c", {});
    Run run;
    run.id = "r";
    run.job = "job";
    run.window = "incremental";
    inventory.start_run(run);
    const Batch running = acquire(other);
    const Refusal refused = refusal([&] { inventory.delete_job("job"); });
    CHECK(refused.code == ErrorCode::refused);
    CHECK(has(refused.text, "has a batch in processing"));
    fail(other, running);
    inventory.delete_job("job");
    CHECK(refusal([&] { inventory.find_job("job"); }).code == ErrorCode::not_found);
    CHECK(refusal([&] { inventory.find_batch(running.id); }).code == ErrorCode::not_found);
    CHECK(refusal([&] { inventory.find_run("r"); }).code == ErrorCode::not_found);
    CHECK(refusal([&] { acquire(other); }).code == ErrorCode::not_found);
    CHECK(succeed(other, kept).status == BatchStatus::succeeded);
    world.create_job(7);
    CHECK(acquired(other) == "1-7/7");
    CHECK(acquired(other, options(RetryMode::only)) == "none");
  });
}

TEST_CASE("a job deleted under a client that only retries is told", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 30);
    world.create_job(10);
    Inventory other = world.client();
    CHECK(acquired(other, options(RetryMode::only)) == "none");
    world.inventory().delete_job("job");
    CHECK(refusal([&] { acquired(other, options(RetryMode::only)); }).code == ErrorCode::not_found);
  });
}

TEST_CASE("two who change one job at once: one is refused, and says so", "[store]") {
  on_every_store([](World& world) {
    world.create_job(10);
    Inventory& inventory = world.inventory();
    Inventory other = world.client();
    const Refusal refused = refusal([&] {
      inventory.update_job("job", [&](JobDefinition& wanted) {
        wanted.max_attempts = 5;
        other.update_job("job", [](JobDefinition& theirs) { theirs.max_attempts = 6; });
      });
    });
    CHECK(refused.code == ErrorCode::refused);
    CHECK(inventory.find_job("job").definition.max_attempts == 6);
    CHECK(inventory.find_job("job").version == 2);
  });
}

}  // namespace tranche::test
