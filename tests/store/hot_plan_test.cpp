#include "sql/connection.hpp"
#include "store/explained_connection.hpp"

#include <catch2/catch.hpp>

namespace tranche::test {

namespace {

constexpr std::int64_t kOld = 50'000;

bool on_sqlite(Place place) {
  return place == Place::sqlite;
}

std::string numbers(bool sqlite) {
  return sqlite ? "(WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
                      std::to_string(kOld) + ") SELECT i FROM n) AS n"
                : "generate_series(1, " + std::to_string(kOld) + ") AS n (i)";
}

void in_inventory(const World& world, const std::string& statement) {
  sql::connect(world.inventory_url(), "test", false)->script({"test", statement});
}

/// Long behind the frontier: batches, attempts and runs of two jobs, and the assets they held.
void fill(const World& world) {
  world.run("INSERT INTO {table} (key, item, weight, tag) SELECT i, 'item', 1, 'a' FROM " +
            numbers(on_sqlite(world.setup().source)));
  const bool sqlite = on_sqlite(world.setup().inventory);
  const std::string prefix = sqlite ? "tranche_" : world.schema() + ".";
  const std::string time = sqlite ? "i * 1000" : "to_timestamp(i)";
  const std::string bytes = sqlite ? "CAST(printf('%08d', i) AS BLOB)"
                                   : "'\\x80'::bytea || substring(int8send(i) from 2)";
  in_inventory(
      world,
      "INSERT INTO " + prefix +
          "batch (window_id, version_id, generation, first_key, last_key, count, weight, digest, "
          "status, attempt, max_attempts, run_id, acquired_at, released_at, created_at, keys) "
          "SELECT w.id, j.version_id, 0, " +
          bytes + ", " + bytes + ", 1, 1, 0, 'succeeded', 1, 3, 'run ' || i, " + time + ", " +
          time + ", " + time + ", " + bytes + " FROM " + numbers(sqlite) + ", " + prefix +
          "window AS w JOIN " + prefix + "job AS j ON j.id = w.job_id");
  in_inventory(world,
               "INSERT INTO " + prefix +
                   "attempt (batch_id, attempt, run_id, started_at, ended_at, outcome) SELECT id, "
                   "1, run_id, acquired_at, released_at, status FROM " +
                   prefix + "batch");
  in_inventory(world,
               "INSERT INTO " + prefix +
                   "run (id, job_id, window_id, host, boot_id, pid, user_name, command, identity, "
                   "version, started_at, ended_at) SELECT 'run ' || i, w.job_id, w.id, '', '', 1, "
                   "'', '[]', '{}', '', " +
                   time + ", " + time + " FROM " + numbers(sqlite) + ", " + prefix +
                   "window AS w WHERE w.id = (SELECT min(id) FROM " + prefix + "window)");
  // PostgreSQL does it by itself; a SQLite file has no statistics, for nobody calls it there.
  if (!sqlite) {
    in_inventory(world, "ANALYZE");
  }
  if (!on_sqlite(world.setup().source)) {
    world.run("ANALYZE");
  }
}

/// What runners, sensors and people on a schedule ask.
void work(Inventory& inventory, const std::string& run_id) {
  Run run;
  run.id = run_id;
  run.job = "job";
  run.window = std::string(kIncremental);
  run.identity = {{"dag_id", "d"}, {"task_id", "t"}};
  inventory.start_run(run);
  AcquireOptions of_run = options();
  of_run.run_id = run_id;
  Batch batch = acquire(inventory, of_run);
  inventory.heartbeat(batch.id, batch.token);
  fail(inventory, batch);
  batch = acquire(inventory, of_run);
  ReleaseRequest done;
  of_run.least_ahead = 2;
  Handed handed = inventory.release_and_acquire(batch, done, of_run);
  REQUIRE(handed.next);
  REQUIRE(handed.next->batch);
  // What was planned ahead, in one statement.
  handed = inventory.release_and_acquire(*handed.next->batch, done, of_run);
  REQUIRE(handed.next);
  REQUIRE(handed.next->batch);
  inventory.for_each_asset(*handed.next->batch, [](const Asset&) {});
  inventory.find_held("job", of_run.window, handed.next->batch->token);
  inventory.release(handed.next->batch->id, handed.next->batch->token, done);
  inventory.backlog("job");
  inventory.plan("job", options(), 2);
  inventory.tick("job");
  inventory.find_asset("job", batch.first_key->text());
  inventory.find_batch(batch.id);
  inventory.finish_run(run_id, 0, 1, 0);
  inventory.find_run(run_id);
  inventory.list_runs("job", 20);
  inventory.list_runs(std::nullopt, 20);
  inventory.list_runs("job", 20, {{"dag_id", "d"}, {"task_id", "t"}});
}

/// A campaign that narrows its assets and begins at its end.
void create_down(Inventory& inventory) {
  CampaignOptions wanted{std::to_string(kOld + 1), {}, {}};
  wanted.filter = "weight > 0";
  wanted.only_missing = true;
  wanted.newest_first = true;
  wanted.max_in_flight = 2;
  inventory.create_campaign("job", "down", wanted);
}

/// What is asked of it.
void work_down(Inventory& inventory) {
  AcquireOptions down = options();
  down.window = "down";
  fail(inventory, acquire(inventory, down));
  const Batch batch = acquire(inventory, down);
  inventory.release_and_acquire(batch, {}, down);
  down.ordered = true;
  CHECK(!inventory.acquire("job", down).batch);
  inventory.plan("job", down, 2);
  inventory.backlog("job", "down");
}

void list(Inventory& inventory, BatchFilter filter) {
  filter.limit = 20;
  inventory.list_batches("job", filter, "", [](const Batch&) {});
}

void list_all(Inventory& inventory, const std::string& run_id) {
  list(inventory, {});
  list(inventory, {.run_id = run_id});
  list(inventory, {.since = inventory.now()});
  for (const BatchStatus status : {BatchStatus::planned,
                                   BatchStatus::processing,
                                   BatchStatus::succeeded,
                                   BatchStatus::failed,
                                   BatchStatus::cancelled}) {
    list(inventory, {.status = status});
    list(inventory, {.status = status, .since = inventory.now()});
  }
}

}  // namespace

TEST_CASE("nothing that is asked often reads a table from end to end, whatever its size",
          "[store]") {
  on_every_sql_store([](World& world) {
    world.create_job(world.definition(), "other");
    JobDefinition definition = world.definition();
    definition.limits.max_count = 10;
    definition.start_key = std::to_string(kOld + 1);
    world.create_job(definition);
    fill(world);
    world.insert_range(kOld + 1, kOld + 100);
    create_down(world.inventory());
    const Explained explained(world, {"assets", world.table()});
    Inventory inventory = world.client();
    for (const char* run : {"first", "second"}) {
      work(inventory, run);
    }
    work_down(inventory);
    list_all(inventory, "second");
    while (const auto batch = inventory.acquire("job").batch) {
      succeed(inventory, *batch);
    }
    // An idle poll.
    CHECK(!inventory.acquire("job").batch);
    for (const char* name : {"take_due_batch",
                             "take_newest_due_batch",
                             "find_newest_unfinished",
                             "count_live",
                             "insert_batch",
                             "extend_lease",
                             "open_totals",
                             "batches_around",
                             "list_batches",
                             "list_batches_since"}) {
      INFO(name);
      CHECK(explained.seen().contains(name));
    }
    CHECK(explained.seen().size() > 30);
    for (const FullScan& scan : explained.scans()) {
      FAIL_CHECK(scan.statement << "\n" << scan.plan);
    }
  });
}

}  // namespace tranche::test
