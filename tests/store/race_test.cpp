#include "sql/connection.hpp"
#include "store/world.hpp"

#include <catch2/catch.hpp>

#include <future>

#ifdef __SANITIZE_ADDRESS__
// libpqxx 6.4 leaks the result of a statement whose connection breaks.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:pqxx::connection_base::exec_params\n";
}
#endif

namespace tranche::test {

namespace {

/// Until somebody waits for a lock of PostgreSQL; SQLite's waiters cannot be seen, and see the same
/// either way.
void wait_for_waiter(const World& world) {
  if (world.setup().inventory != Place::postgres) {
    return;
  }
  const auto connection = sql::connect(world.inventory_url(), "test", false);
  const sql::Statement waiting{
      "waiting",
      "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%" +
          world.schema() + "%'"};
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (std::chrono::steady_clock::now() < deadline) {
    const auto rows = connection->query(waiting);
    if (rows->next() && rows->integer(0) > 0) {
      return;
    }
  }
  throw std::runtime_error("nobody waits for a lock");
}

}  // namespace

TEST_CASE("an acquire that waited while the job was changed cuts by the new version", "[store]") {
  on_every_sql_store([](World& world) {
    world.insert_range(1, 20);
    const Job job = world.create_job(10);
    Inventory other = world.client();
    other.plan("job", {}, 1);
    const Window window = other.find_window("job", "incremental");
    const auto store = world.store();
    auto transaction = store->begin(true);
    transaction->lock_window(window.id, KeyType::integer);
    auto waiter = std::async(std::launch::async, [&] { return acquire(other); });
    wait_for_waiter(world);
    JobDefinition changed = job.definition;
    changed.limits.max_count = 3;
    transaction->insert_job_version(job.id, 2, changed);
    transaction->commit();
    CHECK(range_of(waiter.get()) == "1-3/3");
  });
}

TEST_CASE("a reset that waited while a batch behind it was taken is refused", "[store]") {
  on_every_sql_store([](World& world) {
    world.insert_range(1, 20);
    world.create_job(10);
    fail(world.inventory(), acquire(world.inventory()));
    Inventory other = world.client();
    const Window window = other.find_window("job", "incremental");
    const auto store = world.store();
    auto transaction = store->begin(true);
    const auto taken = transaction->take_due_batch(window.id, KeyType::integer, {});
    REQUIRE(taken);
    transaction->claim_batch(*taken, 2, 3, {"a token", std::chrono::minutes(1), ""});
    auto waiter =
        std::async(std::launch::async, [&] { return refusal([&] { other.reset("job", "5"); }); });
    wait_for_waiter(world);
    transaction->commit();
    const Refusal refused = waiter.get();
    CHECK(refused.code == ErrorCode::refused);
    CHECK(has(refused.text, "being processed"));
    CHECK(!other.find_batch(taken->batch.id).batch.superseded);
    CHECK(acquired(other) == "11-20/10");
  });
}

TEST_CASE("a delete that waited while a batch of the job was taken is refused", "[store]") {
  on_every_sql_store([](World& world) {
    world.insert_range(1, 20);
    world.create_job(10);
    const Batch first = acquire(world.inventory());
    fail(world.inventory(), first);
    Inventory other = world.client();
    const auto store = world.store();
    auto transaction = store->begin(true);
    const auto taken = transaction->take_due_batch(first.window_id, KeyType::integer, {});
    REQUIRE(taken);
    transaction->claim_batch(*taken, 2, 3, {"a token", std::chrono::minutes(1), ""});
    auto waiter =
        std::async(std::launch::async, [&] { return refusal([&] { other.delete_job("job"); }); });
    wait_for_waiter(world);
    transaction->commit();
    const Refusal refused = waiter.get();
    CHECK(refused.code == ErrorCode::refused);
    CHECK(has(refused.text, "a batch in processing"));
    CHECK(other.find_batch(first.id).batch.token == "a token");
  });
}

TEST_CASE("a batch that somebody is taking is left to them, and nobody waits for it", "[store]") {
  on_every_sql_store([](World& world) {
    if (world.setup().inventory != Place::postgres) {
      // One writer at a time.
      return;
    }
    world.insert_range(1, 40);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    const Batch first = acquire(inventory);
    const Batch second = acquire(inventory);
    fail(inventory, first);
    fail(inventory, second);
    const auto store = world.store();
    auto transaction = store->begin(true);
    const auto taken = transaction->take_due_batch(first.window_id, KeyType::integer, {});
    REQUIRE(taken);
    CHECK(taken->batch.id == first.id);
    CHECK(acquire(inventory).id == second.id);
    CHECK(acquired(inventory) == "21-30/10");
  });
}

TEST_CASE("a dropped connection is told apart, and what it had begun has not happened", "[store]") {
  on_every_sql_store([](World& world) {
    if (world.setup().inventory != Place::postgres) {
      return;
    }
    world.insert_range(1, 20);
    world.create_job(10);
    Inventory other = world.client();
    CHECK(acquired(other) == "1-10/10");
    world.run(
        "DO $$ BEGIN PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> "
        "pg_backend_pid() AND query LIKE '%" +
        world.schema() + "%'; END $$");
    const auto code = refusal([&] { other.acquire("job"); }).code;
    CHECK((code == ErrorCode::unreachable || code == ErrorCode::in_doubt));
    Inventory again = world.client();
    CHECK(acquired(again) == "11-20/10");
  });
}

}  // namespace tranche::test
