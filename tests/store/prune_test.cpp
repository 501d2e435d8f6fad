#include "store/world.hpp"

#include <catch2/catch.hpp>

namespace tranche::test {

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using Texts = std::vector<std::string>;
using Status = ReleaseRequest::Status;

Pruned prune(Inventory& inventory, Duration older_than, PruneArchive* archive = nullptr) {
  PruneOptions wanted;
  wanted.older_than = older_than;
  wanted.archive = archive;
  return inventory.prune(wanted);
}

/// Acquires in a run of its own.
Batch acquire_in(World& world, const std::string& run_id, RetryMode retry = RetryMode::none) {
  Run run;
  run.id = run_id;
  run.job = "job";
  run.window = std::string(kIncremental);
  world.inventory().start_run(run);
  AcquireOptions of_run = options(retry);
  of_run.run_id = run_id;
  return acquire(world.inventory(), of_run);
}

Texts runs_of(Inventory& inventory) {
  Texts ids;
  for (const Run& run : inventory.list_runs("job", 0)) {
    ids.push_back(run.id);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

Texts batches_of_run(Inventory& inventory, const std::string& run_id) {
  std::vector<Batch> batches;
  inventory.list_batches("job", BatchFilter{.run_id = run_id}, "", [&](const Batch& batch) {
    batches.push_back(batch);
  });
  return ranges_of(batches);
}

class Kept final : public PruneArchive {
 public:
  void add(const PrunedAttempt& attempt) override {
    rows.push_back(std::to_string(attempt.batch_id) + ":" + attempt.first_key->text() + ":" +
                   std::string(to_string(*attempt.attempt.outcome)));
  }
  void add(const Run& run) override { rows.push_back(run.id); }
  void flush() override {
    if (full) {
      throw Error(ErrorCode::refused, "the archive is full");
    }
  }
  Texts rows;
  bool full = false;
};

}  // namespace

TEST_CASE("prune forgets the attempts of batches that ended before, and nothing else of them",
          "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 40);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    const Batch first = acquire_in(world, "r1");
    fail(inventory, first, 3);
    const Batch again = acquire_in(world, "r2", RetryMode::only);
    CHECK(again.id == first.id);
    ReleaseRequest done;
    done.exit_code = 0;
    done.outputs = {{"rows", "7"}};
    world.advance(minutes(5));
    inventory.release(again.id, again.token, done);
    inventory.finish_run("r1", 3, 0, 1);
    inventory.finish_run("r2", 0, 1, 0);
    world.advance(hours(10));
    const Batch second = acquire_in(world, "r3");
    succeed(inventory, second);
    inventory.finish_run("r3", 0, 1, 0);
    const Backlog before = inventory.backlog("job");

    Kept kept;
    const Pruned pruned = prune(inventory, hours(1), &kept);
    CHECK(pruned.before == world.now() - hours(1));
    CHECK(pruned.attempts == 2);
    CHECK(pruned.runs == 1);
    CHECK(kept.rows == Texts{std::to_string(first.id) + ":1:failed",
                             std::to_string(first.id) + ":1:succeeded",
                             "r1"});
    // The batch says which run had it last, so that one stays.
    CHECK(runs_of(inventory) == Texts{"r2", "r3"});
    CHECK(refusal([&] { inventory.find_run("r1"); }).code == ErrorCode::not_found);
    CHECK(batches_of_run(inventory, "r2") == Texts{"1-10/10"});

    const AssetHistory asset = inventory.find_asset("job", "7");
    REQUIRE(asset.batches.size() == 1);
    CHECK(asset.batches[0].pruned);
    REQUIRE(asset.batches[0].attempts.size() == 1);
    const Attempt& last = asset.batches[0].attempts[0];
    CHECK(last.attempt == 2);
    CHECK(last.run_id == "r2");
    CHECK(last.started_at == *again.acquired_at);
    CHECK(last.ended_at == *again.acquired_at + minutes(5));
    CHECK(last.outcome == Outcome::succeeded);
    CHECK(last.exit_code == 0);
    CHECK(last.outputs == Outputs{{"rows", "7"}});
    CHECK(!inventory.find_batch(second.id).pruned);
    CHECK(inventory.backlog("job").count == before.count);
    CHECK(keys_of(inventory, inventory.find_batch(first.id).batch).size() == 10);
    CHECK(acquired(inventory) == "21-30/10");

    CHECK(prune(inventory, hours(1)).attempts == 0);
  });
}

TEST_CASE("prune leaves what is processed, what has attempts left and what runs", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 50);
    JobDefinition definition = world.definition();
    definition.limits.max_count = 10;
    definition.retry_delay = hours(500);
    world.create_job(definition);
    Inventory& inventory = world.inventory();
    const Batch waits = acquire_in(world, "waits");
    fail(inventory, waits);
    const Batch returned = acquire_in(world, "returned");
    release(inventory, returned, Status::returned);
    const Batch retried = acquire_in(world, "retried", RetryMode::first);
    CHECK(retried.id == returned.id);
    const Batch live = acquire_in(world, "live");
    succeed(inventory, live);
    for (const char* ended : {"waits", "returned"}) {
      inventory.finish_run(ended, 0, 0, 0);
    }
    world.advance(hours(100));
    // "retried" holds its batch, "live" has not ended, attempts name the others.
    CHECK(prune(inventory, hours(1)).attempts == 1);
    CHECK(runs_of(inventory) == Texts{"live", "retried", "returned", "waits"});
    CHECK(attempts_of(inventory, waits.id) == Texts{"1:failed"});
    CHECK(inventory.find_batch(retried.id).attempts.size() == 2);
    CHECK(inventory.find_batch(live.id).pruned);
    CHECK(batches_of_run(inventory, "live") == Texts{"21-30/10"});
    CHECK(acquired(inventory, options(RetryMode::none)) == "31-40/10");
  });
}

TEST_CASE("what is exhausted, cancelled or skipped says so after its attempts are pruned",
          "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 60);
    JobDefinition definition = world.definition();
    definition.limits.max_count = 10;
    definition.max_attempts = 1;
    definition.on_exit = "3=skip,4=split,*=fail";
    world.create_job(definition);
    Inventory& inventory = world.inventory();
    const Batch exhausted = acquire(inventory);
    fail(inventory, exhausted, 1);
    const Batch skipped = acquire(inventory);
    fail(inventory, skipped, 3);
    const Batch cancelled = acquire(inventory);
    inventory.cancel({cancelled.id});
    const Batch split = acquire(inventory);
    fail(inventory, split, 4);
    const Texts before{attempts_of(inventory, exhausted.id).back(),
                       attempts_of(inventory, skipped.id).back(),
                       attempts_of(inventory, cancelled.id).back(),
                       attempts_of(inventory, split.id).back()};
    world.advance(hours(2));
    CHECK(prune(inventory, hours(1)).attempts == 4);
    CHECK(before == Texts{attempts_of(inventory, exhausted.id).back(),
                          attempts_of(inventory, skipped.id).back(),
                          attempts_of(inventory, cancelled.id).back(),
                          attempts_of(inventory, split.id).back()});
    CHECK(inventory.find_batch(split.id).batch.children.size() == 2);
    CHECK(inventory.retry("job", {exhausted.id}).size() == 1);
    CHECK(acquire(inventory, options(RetryMode::only)).id == exhausted.id);
    CHECK(!inventory.find_batch(exhausted.id).pruned);
  });
}

TEST_CASE("a prune of one job leaves the others, and a dry run everything", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 10);
    world.create_job(5);
    world.create_job(world.definition(), "other");
    Inventory& inventory = world.inventory();
    succeed(inventory, acquire(inventory));
    succeed(inventory, *inventory.acquire("other").batch);
    Run empty;
    empty.id = "empty";
    empty.job = "other";
    empty.window = std::string(kIncremental);
    inventory.start_run(empty);
    inventory.finish_run("empty", 0, 0, 0);
    world.advance(hours(2));
    PruneOptions wanted;
    wanted.older_than = hours(1);
    wanted.dry_run = true;
    for (int twice = 0; twice < 2; ++twice) {
      const Pruned all = inventory.prune(wanted);
      CHECK(all.attempts == 2);
      CHECK(all.runs == 1);
    }
    wanted.dry_run = false;
    wanted.job = "job";
    std::int64_t told = 0;
    wanted.progress = [&](const Pruned& so_far) { told = so_far.attempts; };
    const Pruned one = inventory.prune(wanted);
    CHECK(one.attempts == 1);
    CHECK(one.runs == 0);
    CHECK(told == 1);
    wanted.job = "other";
    CHECK(inventory.prune(wanted).runs == 1);
    wanted.job = "none";
    CHECK(refusal([&] { inventory.prune(wanted); }).code == ErrorCode::not_found);
  });
}

TEST_CASE("what an archive does not take is not pruned", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 10);
    world.create_job(5);
    Inventory& inventory = world.inventory();
    const Batch batch = acquire(inventory);
    succeed(inventory, batch);
    world.advance(hours(2));
    Kept kept;
    kept.full = true;
    CHECK(refusal([&] { prune(inventory, hours(1), &kept); }).text == "the archive is full");
    CHECK(!inventory.find_batch(batch.id).pruned);
    CHECK(prune(inventory, hours(1)).attempts == 1);
  });
}

TEST_CASE("a prune of more than one stretch finds all, and what is young ends it", "[store]") {
  on_every_sql_store([](World& world) {
    world.insert_range(1, 10);
    world.create_job(5);
    Inventory& inventory = world.inventory();
    const Batch batch = acquire(inventory);
    succeed(inventory, batch);
    const bool sqlite = world.setup().inventory == Place::sqlite;
    const std::string prefix = sqlite ? "tranche_" : world.schema() + ".";
    const std::string numbers =
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) ";
    world.run("INSERT INTO " + prefix +
              "attempt (batch_id, attempt, run_id, started_at, ended_at, outcome) " + numbers +
              "SELECT a.batch_id, a.attempt, 'gone', a.started_at, a.ended_at, a.outcome FROM " +
              prefix + "attempt AS a, n");
    world.run("INSERT INTO " + prefix +
              "run (id, job_id, window_id, host, boot_id, pid, user_name, command, identity, "
              "version, started_at, ended_at) " +
              numbers + "SELECT 'run ' || i, w.job_id, w.id, '', '', 1, '', '[]', '{}', '', " +
              "b.acquired_at, b.acquired_at FROM " + prefix + "window AS w, " + prefix +
              "batch AS b, n");
    world.advance(hours(2));
    succeed(inventory, acquire(inventory));
    // Runners wait for no step longer than it takes to delete two hundred rows.
    PruneOptions wanted;
    wanted.older_than = hours(1);
    std::int64_t before = 0;
    std::int64_t largest = 0;
    wanted.progress = [&](const Pruned& so_far) {
      largest = std::max(largest, so_far.attempts + so_far.runs - before);
      before = so_far.attempts + so_far.runs;
    };
    const Pruned pruned = inventory.prune(wanted);
    CHECK(largest == 200);
    CHECK(pruned.attempts == 5001);
    CHECK(pruned.runs == 5000);
    CHECK(inventory.find_batch(batch.id).pruned);
  });
}

}  // namespace tranche::test
