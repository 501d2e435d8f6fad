#include "store/source_session.hpp"

#include <catch2/catch.hpp>

#include <future>

namespace tranche::test {

namespace {

const char* const kInsert = "INSERT INTO {table} (item) VALUES ('a')";

void add_asset(const World& world) {
  SourceSession(world).run(kInsert);
}

/// How a transaction may take a key before others, and add the asset after them.
struct Way {
  std::string name;
  std::string before;
  std::string after = "SELECT 1";
};

const std::vector<Way>& ways() {
  static const std::vector<Way> all{
      {"INSERT", kInsert},
      {"INSERT of nothing", "INSERT INTO {table} (item) SELECT 'a' WHERE false", kInsert},
      {"ON CONFLICT", "INSERT INTO {table} (item) VALUES ('a') ON CONFLICT (key) DO NOTHING"},
      {"MERGE",
       "MERGE INTO {table} USING (SELECT 1) AS s ON false WHEN NOT MATCHED THEN INSERT (item) "
       "VALUES ('a')"},
      {"COPY", "COPY {table} (item) FROM PROGRAM 'echo a'"},
      {"the key first",
       "SELECT nextval({keys})",
       "INSERT INTO {table} (key) VALUES (currval({keys}))"},
      {"the key again after a savepoint",
       "SAVEPOINT s; INSERT INTO {table} (item) VALUES ('a'); ROLLBACK TO s",
       "INSERT INTO {table} (key) VALUES (currval({keys}))"},
      {"the key in a savepoint",
       "SAVEPOINT s; SELECT nextval({keys}); RELEASE s",
       "INSERT INTO {table} (key) VALUES (currval({keys}))"}};
  return all;
}

}  // namespace

TEST_CASE("an asset whose transaction took its key before later ones were visible is not skipped",
          "[store]") {
  for (const Way& way : ways()) {
    on_every_postgres_source([&](World& world) {
      INFO("by " << way.name);
      world.create_job(10);
      SourceSession writer(world);
      writer.run("BEGIN");
      writer.run(way.before);
      add_asset(world);
      CHECK(acquired(world.inventory()) == "none");
      Inventory other = world.client();
      CHECK(acquired(other) == "none");
      writer.run(way.after);
      CHECK(acquired(other) == "none");
      writer.run("COMMIT");
      CHECK(all_acquired(world.inventory()) == std::vector<std::string>{"1-2/2"});
    });
  }
}

TEST_CASE("an asset that a trigger adds while its transaction goes on is not skipped", "[store]") {
  on_every_postgres_source([](World& world) {
    world.run("CREATE TABLE " + world.schema() + ".files (name text)");
    world.run("CREATE FUNCTION " + world.schema() +
              ".add_asset() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO {table} "
              "(item) VALUES (NEW.name); RETURN NEW; END $$");
    world.run("CREATE TRIGGER t AFTER INSERT ON " + world.schema() +
              ".files FOR EACH ROW EXECUTE FUNCTION " + world.schema() + ".add_asset()");
    world.create_job(10);
    SourceSession writer(world);
    writer.run("BEGIN; INSERT INTO " + world.schema() + ".files VALUES ('a')");
    add_asset(world);
    CHECK(acquired(world.inventory()) == "none");
    writer.run("COMMIT");
    CHECK(acquired(world.inventory()) == "1-2/2");
  });
}

TEST_CASE("a prepared transaction is waited for, and named", "[store]") {
  on_every_postgres_source([](World& world) {
    world.create_job(10);
    const std::string name = world.schema() + "_writer";
    {
      SourceSession writer(world);
      writer.run("BEGIN");
      writer.run(kInsert);
      CHECK(acquired(world.inventory()) == "none");
      add_asset(world);
      CHECK(acquired(world.inventory()) == "none");
      writer.run("PREPARE TRANSACTION '" + name + "'");
    }
    const Acquired result = world.inventory().acquire("job");
    CHECK(!result.batch);
    CHECK(has(result.note, "prepared transaction '" + name + "'"));
    const Backlog backlog = world.inventory().backlog("job");
    REQUIRE(backlog.writers.size() == 1);
    CHECK(!backlog.writers[0].pid);
    CHECK(backlog.writers[0].name == name);
    CHECK(backlog.writers[0].age_seconds.value_or(-1) >= 0);
    SourceSession(world).run("COMMIT PREPARED '" + name + "'");
    CHECK(acquired(world.inventory()) == "1-2/2");
  });
}

TEST_CASE("writers that rolled back leave gaps that stall nothing", "[store]") {
  on_every_postgres_source([](World& world) {
    world.create_job(10);
    SourceSession writer(world);
    writer.run("BEGIN");
    writer.run(kInsert);
    add_asset(world);
    CHECK(acquired(world.inventory()) == "none");
    writer.run("ROLLBACK");
    CHECK(acquired(world.inventory()) == "2-2/1");
    writer.run("BEGIN; SELECT nextval({keys}); ROLLBACK");
    add_asset(world);
    CHECK(acquired(world.inventory()) == "4-4/1");
  });
}

TEST_CASE("a writer delays only what came after it", "[store]") {
  on_every_postgres_source([](World& world) {
    add_asset(world);
    add_asset(world);
    world.create_job(10);
    SourceSession writer(world);
    writer.run("BEGIN");
    writer.run(kInsert);
    add_asset(world);
    CHECK(all_acquired(world.inventory()) == std::vector<std::string>{"1-2/2"});
    SourceSession later(world);
    later.run("BEGIN");
    later.run(kInsert);
    add_asset(world);
    CHECK(acquired(world.inventory()) == "none");
    writer.run("COMMIT");
    // What came between the two waits for the second only if nobody looked before it began.
    CHECK(acquired(world.inventory()) == "3-4/2");
    CHECK(acquired(world.inventory()) == "none");
    later.run("COMMIT");
    CHECK(acquired(world.inventory()) == "5-6/2");
  });
}

TEST_CASE("a tick before a long load lets out during it what was there before", "[store]") {
  for (const bool ticked : {true, false}) {
    on_every_postgres_source([&](World& world) {
      INFO("ticked: " << ticked);
      world.create_job(10);
      add_asset(world);
      if (ticked) {
        const Horizon horizon = world.client().tick("job");
        CHECK(horizon.newest == Key::integer(1));
        CHECK(horizon.settled == Key::integer(1));
        CHECK(horizon.writers.empty());
      }
      SourceSession load(world, "nightly load");
      load.run("BEGIN");
      load.run(kInsert);
      add_asset(world);
      CHECK(acquired(world.inventory()) == (ticked ? "1-1/1" : "none"));
      const Horizon during = world.inventory().tick("job");
      CHECK(during.newest == Key::integer(3));
      CHECK(during.settled == (ticked ? std::optional(Key::integer(1)) : std::nullopt));
      REQUIRE(during.writers.size() == 1);
      CHECK(during.writers[0].name == "nightly load");
      load.run("COMMIT");
      CHECK(acquired(world.inventory()) == (ticked ? "2-3/2" : "1-3/3"));
    });
  }
}

TEST_CASE("transactions that write elsewhere, or only read, stall nothing", "[store]") {
  on_every_postgres_source([](World& world) {
    world.run("CREATE TABLE " + world.schema() + ".other (id bigserial, asset bigint)");
    add_asset(world);
    world.create_job(10);
    SourceSession elsewhere(world);
    elsewhere.run("BEGIN; INSERT INTO " + world.schema() + ".other VALUES (DEFAULT)");
    SourceSession reader(world);
    reader.run("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM {table}");
    SourceSession locker(world);
    locker.run("BEGIN; SELECT 1 FROM {table} FOR SHARE");
    add_asset(world);
    CHECK(acquired(world.inventory()) == "1-2/2");
  });
}

TEST_CASE("VACUUM and CREATE INDEX CONCURRENTLY stall nothing", "[store]") {
  on_every_postgres_source([](World& world) {
    world.insert_range(1, 2000);
    world.run("SELECT setval('" + world.schema() + ".assets_key_seq', 2000)");
    world.create_job(10'000);
    const std::string progress = "SELECT count(*) > 0 FROM pg_stat_progress_";
    const std::string ours = " WHERE relid = '" + world.table() + "'::regclass";
    SourceSession vacuum(world);
    const std::int64_t vacuum_pid = vacuum.pid();
    vacuum.run("DELETE FROM {table} WHERE key % 2 = 0");
    vacuum.run("SET vacuum_cost_delay = 100; SET vacuum_cost_limit = 1");
    auto vacuuming = std::async(std::launch::async,
                                [&] { return refusal([&] { vacuum.run("VACUUM {table}"); }); });
    wait_until(world, progress + "vacuum" + ours);
    add_asset(world);
    CHECK(acquired(world.inventory()) == "1-2001/1001");
    CHECK(vacuuming.wait_for(std::chrono::seconds(0)) == std::future_status::timeout);
    SourceSession(world).run("SELECT pg_cancel_backend(" + std::to_string(vacuum_pid) + ")");
    vacuuming.get();

    SourceSession reader(world);
    reader.run("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM {table}");
    SourceSession indexer(world);
    auto indexing = std::async(std::launch::async, [&] {
      return refusal([&] { indexer.run("CREATE INDEX CONCURRENTLY ON {table} (item)"); });
    });
    wait_until(world,
               "SELECT count(*) > 0 FROM pg_stat_progress_create_index WHERE relid = '" +
                   world.table() + "'::regclass AND phase LIKE 'waiting%'");
    add_asset(world);
    CHECK(acquired(world.inventory()) == "2002-2002/1");
    reader.run("COMMIT");
    CHECK(indexing.get().text.empty());
  });
}

}  // namespace tranche::test
