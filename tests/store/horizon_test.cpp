#include "store/source_session.hpp"

#include <catch2/catch.hpp>

#include <future>

namespace tranche::test {

namespace {

const char* const kInsert = "INSERT INTO {table} (item) VALUES ('a')";

/// Keys 1 and 2 are there, a writer called "loader" holds key 3, and 4 and 5 are visible.
class Held {
 public:
  explicit Held(World& world) : writer_(world, "loader") {
    SourceSession others(world);
    const std::string two = std::string(kInsert) + ", ('a')";
    others.run(two);
    world.create_job(10);
    writer_.run("BEGIN");
    writer_.run(kInsert);
    others.run(two);
  }
  SourceSession& writer() { return writer_; }

 private:
  SourceSession writer_;
};

}  // namespace

TEST_CASE("a backlog counts what is unsettled, and names who is waited for", "[store]") {
  on_every_postgres_source([](World& world) {
    Held held(world);
    const Backlog backlog = world.client().backlog("job");
    CHECK(backlog.count == 4);
    CHECK(backlog.ready == 2);
    CHECK(backlog.unsettled == 2);
    CHECK(backlog.last_key == Key::integer(5));
    REQUIRE(backlog.writers.size() == 1);
    CHECK(backlog.writers[0].pid == held.writer().pid());
    CHECK(backlog.writers[0].name == "loader");
    CHECK(backlog.writers[0].age_seconds.value_or(-1) >= 0);
    held.writer().run("COMMIT");
    const Backlog after = world.client().backlog("job");
    CHECK(after.count == 5);
    CHECK(after.ready == 5);
    CHECK(after.unsettled == 0);
    CHECK(after.writers.empty());
  });
}

TEST_CASE("an acquire that hands out nothing names the writer that it waits for", "[store]") {
  on_every_postgres_source([](World& world) {
    Held held(world);
    CHECK(world.inventory().acquire("job").note.empty());
    const Acquired second = world.inventory().acquire("job");
    CHECK(!second.batch);
    CHECK(has(second.note, "assets after key 2 wait"));
    CHECK(has(second.note, "pid " + std::to_string(held.writer().pid()) + " 'loader'"));
    held.writer().run("ROLLBACK");
    CHECK(acquired(world.inventory()) == "4-5/2");
    CHECK(world.inventory().acquire("job").note.empty());
  });
}

TEST_CASE("a plan ends where an acquire would", "[store]") {
  on_every_postgres_source([](World& world) {
    Held held(world);
    CHECK(ranges_of(world.client().plan("job", {}, 10)) == std::vector<std::string>{"1-2/2"});
    held.writer().run("COMMIT");
    CHECK(ranges_of(world.client().plan("job", {}, 10)) == std::vector<std::string>{"1-5/5"});
  });
}

TEST_CASE("a campaign ends at the newest settled key unless told otherwise, and waits like all",
          "[store]") {
  on_every_postgres_source([](World& world) {
    Held held(world);
    Inventory& inventory = world.inventory();
    CHECK(inventory.create_campaign("job", "all", {}).upper == Key::integer(2));
    CampaignOptions beyond;
    beyond.to = "4";
    CHECK(inventory.create_campaign("job", "beyond", beyond).upper == Key::integer(4));
    AcquireOptions options;
    options.window = "all";
    CHECK(all_acquired(inventory, options) == std::vector<std::string>{"1-2/2"});
    CHECK(inventory.acquire("job", options).note.empty());
    options.window = "beyond";
    CHECK(all_acquired(inventory, options) == std::vector<std::string>{"1-2/2"});
    CHECK(has(inventory.acquire("job", options).note, "'loader'"));
    CHECK(inventory.backlog("job", "beyond").unsettled == 1);
    held.writer().run("COMMIT");
    CHECK(all_acquired(inventory, options) == std::vector<std::string>{"3-4/2"});
  });
}

TEST_CASE("a reset window waits like before", "[store]") {
  on_every_postgres_source([](World& world) {
    Held held(world);
    CHECK(all_acquired(world.inventory()) == std::vector<std::string>{"1-2/2"});
    world.inventory().cancel({1});
    world.inventory().reset("job", "1");
    CHECK(all_acquired(world.inventory()) == std::vector<std::string>{"1-2/2"});
    held.writer().run("COMMIT");
    CHECK(all_acquired(world.inventory()) == std::vector<std::string>{"3-5/3"});
  });
}

TEST_CASE("after a truncation that gives the keys again, a writer is waited for as ever",
          "[store]") {
  on_every_postgres_source([](World& world) {
    SourceSession others(world);
    for (int i = 0; i < 5; ++i) {
      others.run(kInsert);
    }
    world.create_job(10);
    Inventory other = world.client();
    CHECK(other.tick("job").settled == Key::integer(5));
    world.run("TRUNCATE {table} RESTART IDENTITY");
    SourceSession writer(world);
    writer.run("BEGIN");
    writer.run(kInsert);
    others.run(kInsert);
    CHECK(!other.tick("job").settled);
    CHECK(acquired(other) == "none");
    Inventory third = world.client();
    CHECK(acquired(third) == "none");
    writer.run("COMMIT");
    CHECK(acquired(other) == "1-2/2");
  });
}

TEST_CASE("where the newest assets were deleted, the others go out", "[store]") {
  on_every_postgres_source([](World& world) {
    Held held(world);
    world.run("DELETE FROM {table} WHERE key > 1");
    CHECK(acquired(world.inventory()) == "1-1/1");
    SourceSession(world).run(kInsert);
    CHECK(acquired(world.inventory()) == "none");
    held.writer().run("COMMIT");
    CHECK(acquired(world.inventory()) == "3-6/2");
  });
}

TEST_CASE("who looks while somebody else keeps a point goes on with what is known", "[store]") {
  on_every_postgres_source([](World& world) {
    if (world.setup().inventory != Place::postgres) {
      // One writer at a time.
      return;
    }
    Held held(world);
    const Job job = world.inventory().find_job("job");
    const auto store = world.store();
    auto transaction = store->begin(true);
    REQUIRE(transaction->lock_horizon(job.id));
    auto second = std::async(std::launch::async, [&] {
      Inventory other = world.client();
      const std::string range = acquired(other);
      return range + " " + std::to_string(other.backlog("job").unsettled) + " " +
             other.tick("job").settled->text();
    });
    REQUIRE(second.wait_for(std::chrono::seconds(20)) == std::future_status::ready);
    CHECK(second.get() == "1-2/2 2 2");
    held.writer().run("COMMIT");
    CHECK(acquired(world.inventory()) == "3-5/3");
  });
}

TEST_CASE("a role that sees no other session waits for it, and tells its process", "[store]") {
  on_every_postgres_source([](World& world) {
    Held held(world);
    const std::string role = world.schema() + "_reader";
    world.run("CREATE ROLE " + role + " LOGIN; GRANT USAGE ON SCHEMA " + world.schema() + " TO " +
              role + "; GRANT SELECT ON {table} TO " + role);
    {
      std::string url = std::getenv("TRANCHE_TEST_POSTGRES");
      url += (has(url, "?") ? "&user=" : "?user=") + role;
      const DatabaseUrl where = DatabaseUrl::parse(url);
      Inventory inventory(world.store(), [&](const JobDefinition& definition) {
        return open_source(where, definition);
      });
      CHECK(all_acquired(inventory) == std::vector<std::string>{"1-2/2"});
      const Backlog backlog = inventory.backlog("job");
      CHECK(backlog.unsettled == 2);
      REQUIRE(backlog.writers.size() == 1);
      CHECK(backlog.writers[0].pid == held.writer().pid());
      held.writer().run("COMMIT");
      CHECK(acquired(inventory) == "3-5/3");
    }
    world.run("DROP OWNED BY " + role + "; DROP ROLE " + role);
  });
}

TEST_CASE("a job that settles hands out only keys that have been below the newest for so long",
          "[store]") {
  on_every_store([](World& world) {
    JobDefinition wanted = world.definition();
    wanted.settle = std::chrono::minutes(10);
    world.insert_range(1, 2);
    world.create_job(wanted);
    CHECK(acquired(world.inventory()) == "none");
    world.advance(std::chrono::minutes(6));
    world.insert_range(3, 4);
    Inventory other = world.client();
    CHECK(acquired(other) == "none");
    world.advance(std::chrono::minutes(4));
    world.insert_range(5, 5);
    CHECK(acquired(other) == "1-2/2");
    const Backlog backlog = other.backlog("job");
    CHECK(backlog.count == 5);
    CHECK(backlog.ready == 0);
    CHECK(backlog.unsettled == 3);
    CHECK(acquired(world.inventory()) == "none");
    world.advance(std::chrono::minutes(6));
    CHECK(acquired(world.inventory()) == "3-4/2");
    world.advance(std::chrono::minutes(10));
    CHECK(acquired(world.inventory()) == "5-5/1");
  });
}

}  // namespace tranche::test
