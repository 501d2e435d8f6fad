#include "store/source_session.hpp"

#include <catch2/catch.hpp>

#include <future>

namespace tranche::test {

namespace {

/// A source that somebody has locked, as ALTER TABLE does, until told otherwise.
class Locked {
 public:
  explicit Locked(const World& world) : holder_(world) {
    holder_.run("BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE");
  }
  void end() { holder_.run("COMMIT"); }

 private:
  SourceSession holder_;
};

void wait_for_waiter(const World& world) {
  wait_until(
      world,
      "EXISTS (SELECT 1 FROM pg_locks WHERE relation = '{table}'::regclass AND NOT granted)");
}

}  // namespace

TEST_CASE("whoever waits for a locked source holds up nobody in the inventory", "[store]") {
  on_every_postgres_source([](World& world) {
    world.run("INSERT INTO {table} (item) VALUES ('a')");
    world.create_job(10);
    const auto batch = world.inventory().acquire("job").batch;
    REQUIRE(batch);
    world.run("INSERT INTO {table} (item) VALUES ('b')");
    for (const bool counts : {true, false}) {
      Locked locked(world);
      auto waiting = std::async(std::launch::async, [&] {
        Inventory other = world.client();
        return counts ? other.backlog("job").count : other.tick("job").newest->number();
      });
      wait_for_waiter(world);
      world.inventory().heartbeat(batch->id, batch->token);
      CHECK(waiting.wait_for(std::chrono::seconds(0)) == std::future_status::timeout);
      locked.end();
      CHECK(waiting.get() == 2);
    }
  });
}

TEST_CASE("what may take an hour to count is not waited for so long where it is locked",
          "[store]") {
  on_every_postgres_source([](World& world) {
    if (world.setup().inventory != Place::postgres) {
      return;
    }
    world.create_job(10);
    const Locked locked(world);
    const auto begun = std::chrono::steady_clock::now();
    // At once, for each waits some seconds.
    auto created = std::async(std::launch::async, [&] {
      JobDefinition wanted = world.definition();
      return refusal([&] { inspect_source(world.source_url(), wanted); }).text;
    });
    const std::string counted = refusal([&] { world.inventory().backlog("job"); }).text;
    for (const std::string& said : {counted, created.get()}) {
      CHECK(has(said, "somebody else holds a lock on"));
    }
    CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(20));
  });
}

}  // namespace tranche::test
