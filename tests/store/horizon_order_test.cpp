#include "store/source_session.hpp"
#include "support/same_source.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>

namespace tranche::test {

namespace {

/// Something happens right after the newest key was read.
class InterruptedSource final : public SameSource {
 public:
  InterruptedSource(std::unique_ptr<Source> source, std::function<void()>& then)
      : SameSource(std::move(source)), then_(then) {}
  std::optional<Key> newest_key() override {
    const auto newest = SameSource::newest_key();
    if (then_) {
      std::exchange(then_, nullptr)();
    }
    return newest;
  }

 private:
  std::function<void()>& then_;
};

/// The test server, for sessions whose transactions see one state unless they ask for another.
DatabaseUrl serializable_by_default() {
  std::string url = std::getenv("TRANCHE_TEST_POSTGRES");
  url += has(url, "?") ? "&" : "?";
  return DatabaseUrl::parse(url + "options=-c%20default_transaction_isolation%3Dserializable");
}

}  // namespace

TEST_CASE(
    "a writer that ends between the look for the newest key and that for writers is not "
    "skipped, whatever the role's isolation level",
    "[store]") {
  // A filter that may call anything is read in a transaction, others statement by statement.
  for (const bool unstable : {false, true}) {
    on_every_postgres_source([&](World& world) {
      INFO("in a transaction: " << unstable);
      std::function<void()> then;
      Inventory inventory(world.store(), [&](const JobDefinition& definition) {
        return std::make_unique<InterruptedSource>(
            open_source(serializable_by_default(), definition), then);
      });
      JobDefinition wanted = world.definition();
      wanted.filter = "key > 0";
      wanted.unstable_filter = unstable;
      wanted.limits.max_count = 10;
      inventory.create_job("job", wanted);
      SourceSession writer(world);
      SourceSession other(world);
      writer.run("BEGIN; INSERT INTO {table} (item) VALUES ('a')");
      other.run("INSERT INTO {table} (item) VALUES ('a')");
      then = [&] { writer.run("COMMIT"); };
      CHECK(acquired(inventory) == "1-2/2");
      CHECK(!then);
    });
  }
}

TEST_CASE(
    "an asset that cannot be told from one behind a writer in flight waits, and is not "
    "skipped",
    "[store]") {
  on_every_postgres_source([](World& world) {
    std::function<void()> then;
    Inventory inventory(world.store(), [&](const JobDefinition& definition) {
      return std::make_unique<InterruptedSource>(open_source(world.source_url(), definition), then);
    });
    inventory.create_job("job", world.definition());
    SourceSession writer(world);
    SourceSession other(world);
    other.run("INSERT INTO {table} (item) VALUES ('a')");
    // The writer begins after the newest key was read, and is seen all the same.
    then = [&] {
      writer.run("BEGIN; INSERT INTO {table} (item) VALUES ('a')");
      other.run("INSERT INTO {table} (item) VALUES ('a')");
    };
    CHECK(acquired(inventory) == "none");
    writer.run("COMMIT");
    CHECK(acquired(inventory) == "1-3/3");
  });
}

}  // namespace tranche::test
