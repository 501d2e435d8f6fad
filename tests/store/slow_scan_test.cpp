#include "store/source_session.hpp"
#include "support/same_source.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace tranche::test {

namespace {

/// Has no time for a statement that meets more than `most` rows, matching or not.
class SlowSource : public SameSource {
 public:
  SlowSource(std::unique_ptr<Source> source, std::int64_t most, bool streams)
      : SameSource(std::move(source)), most_(most), streams_(streams) {}

  std::int64_t scan(const SourceRange& range,
                    std::int64_t limit,
                    const std::function<void(const Asset&)>& each) override {
    SourceRange part = range;
    part.to = source().key_after(range, most_);
    if (!part.to || *part.to == *range.to) {
      return source().scan(range, limit, each);
    }
    std::vector<Asset> assets;
    source().scan(part, limit, [&](const Asset& asset) { assets.push_back(asset); });
    const bool enough = static_cast<std::int64_t>(assets.size()) == limit;
    if (enough || streams_) {
      std::for_each(assets.begin(), assets.end(), each);
    }
    return enough ? limit : throw Error(ErrorCode::timeout, "a statement ran past its time limit");
  }

 private:
  std::int64_t most_;
  bool streams_;
};

Inventory slow_client(const World& world, std::int64_t most, bool streams) {
  return Inventory(world.store(), [&world, most, streams](const JobDefinition& definition) {
    return std::make_unique<SlowSource>(open_source(world.source_url(), definition), most, streams);
  });
}

void create_rare_job(World& world, std::int64_t max_count) {
  JobDefinition wanted = world.definition();
  wanted.filter = "tag = 'rare'";
  wanted.limits.max_count = max_count;
  world.create_job(wanted);
}

/// What is handed out next, however often the time for looking is over before.
std::string in_the_end(Inventory& inventory) {
  Acquired answer;
  do {
    answer = inventory.acquire("job", options());
  } while (answer.unfinished);
  return answer.batch ? range_of(*answer.batch) : "none";
}

std::optional<Key> mark(World& world) {
  return world.inventory().find_window("job", std::string(kIncremental)).frontier;
}

}  // namespace

TEST_CASE("an acquire that has no time to read on reads in stretches, and skips nothing",
          "[store]") {
  for (const bool streams : {false, true}) {
    on_every_sql_store([&](World& world) {
      // Few enough for a busy machine: what was found when the time is over goes out at once.
      world.insert_range(1, 600);
      for (const char* key : {"601", "750", "751", "1400"}) {
        world.insert({{key, 1, "rare"}});
      }
      world.insert_range(752, 1200);
      create_rare_job(world, 2);
      for (const std::int64_t most : {3, 300}) {
        INFO(streams << " " << most);
        Inventory slow = slow_client(world, most, streams);
        CHECK(in_the_end(slow) == "601-750/2");
        CHECK(in_the_end(slow) == "751-1400/2");
        CHECK(in_the_end(slow) == "none");
        CHECK(mark(world) == Key::integer(1400));
        for (std::int64_t id : {1, 2}) {
          world.inventory().cancel({most == 3 ? id : id + 2});
        }
        world.inventory().reset("job", "1");
      }
    });
  }
}

TEST_CASE("a scan in stretches never moves the mark past the horizon", "[store]") {
  on_every_postgres_source([](World& world) {
    const std::string insert = "INSERT INTO {table} (item, tag) SELECT 'item', ";
    SourceSession others(world);
    SourceSession writer(world);
    others.run(insert + "'a' FROM generate_series(1, 500)");
    create_rare_job(world, 10);
    writer.run("BEGIN");
    writer.run(insert + "'rare'");
    others.run(insert + "'a' FROM generate_series(1, 500)");
    Inventory slow = slow_client(world, 20, false);
    CHECK(in_the_end(slow) == "none");
    CHECK(mark(world) == Key::integer(500));
    writer.run("COMMIT");
    CHECK(in_the_end(slow) == "501-501/1");
    CHECK(in_the_end(slow) == "none");
    CHECK(mark(world) == Key::integer(1001));
  });
}

TEST_CASE("a scan whose time is over keeps its mark, and the next one goes on from there",
          "[store]") {
  on_every_postgres_source([](World& world) {
    if (world.setup().inventory != Place::postgres) {
      // It takes its time.
      return;
    }
    world.insert_range(1, 100);
    JobDefinition wanted = world.definition();
    wanted.unstable_filter = true;
    wanted.filter = "pg_sleep(0.3) IS NOT NULL AND tag = 'rare'";
    world.create_job(wanted);
    const auto begun = std::chrono::steady_clock::now();
    const Acquired first = world.inventory().acquire("job");
    CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(15));
    CHECK(!first.batch);
    CHECK(first.unfinished);
    const auto reached = mark(world);
    REQUIRE(reached);
    CHECK(has(first.note, "no asset up to key " + reached->text() + " matches"));
    CHECK(*reached < Key::integer(50));
    Inventory other = world.client();
    const Acquired second = other.acquire("job");
    CHECK(second.unfinished);
    CHECK(*mark(world) > *reached);
    world.run("UPDATE {table} SET tag = 'rare' WHERE key > " + mark(world)->text());
    wanted.filter = "tag = 'rare'";
    const std::string rest = std::to_string(mark(world)->number() + 1) + "-100";
    world.inventory().update_job("job", [&](JobDefinition& job) { job.filter = wanted.filter; });
    CHECK(has(acquired(other), rest));
  });
}

TEST_CASE("a source that reads not one row in time is an error that says where", "[store]") {
  on_every_postgres_source([](World& world) {
    if (world.setup().inventory != Place::postgres) {
      return;
    }
    world.insert_range(1, 2);
    JobDefinition wanted = world.definition();
    wanted.unstable_filter = true;
    wanted.filter = "pg_sleep(60 + key) IS NOT NULL";
    world.create_job(wanted);
    const Refusal refused = refusal([&] { world.inventory().acquire("job"); });
    CHECK(refused.code == ErrorCode::timeout);
    CHECK(has(refused.text, "did not read a single row in 5s"));
    CHECK(!mark(world));
  });
}

}  // namespace tranche::test
