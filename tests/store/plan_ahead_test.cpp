#include "store/source_session.hpp"
#include "support/same_source.hpp"

#include <catch2/catch.hpp>

#include <mutex>
#include <set>
#include <thread>

namespace tranche::test {

namespace {

std::vector<std::string> planned_ranges(Inventory& inventory) {
  std::vector<std::string> ranges;
  BatchFilter filter;
  filter.status = BatchStatus::planned;
  inventory.list_batches("job", filter, "", [&](const Batch& batch) {
    ranges.insert(ranges.begin(), range_of(batch));
  });
  return ranges;
}

AcquireOptions planning(int ranges) {
  AcquireOptions options;
  options.least_ahead = ranges;
  return options;
}

using Ranges = std::vector<std::string>;

/// Takes its time for every look.
class TardySource : public SameSource {
 public:
  using SameSource::SameSource;

  std::int64_t scan(const SourceRange& range,
                    std::int64_t limit,
                    const std::function<void(const Asset&)>& each) override {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    return SameSource::scan(range, limit, each);
  }
};

/// What the server has counted of the table of batches.
std::string counted(const std::string& what, const World& world) {
  return "SELECT " + what + " FROM pg_stat_user_tables AS t WHERE relid = '" + world.schema() +
         ".batch'::regclass";
}
const std::string kBatchReads =
    "seq_tup_read + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes AS i WHERE i.relid = "
    "t.relid)";

}  // namespace

TEST_CASE("ranges that were planned ahead are handed out in their order", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 100);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    CHECK(range_of(*inventory.acquire("job", planning(3)).batch) == "1-10/10");
    CHECK(planned_ranges(inventory) == Ranges{"11-20/10", "21-30/10", "31-40/10"});
    CHECK(acquired(inventory) == "11-20/10");
    CHECK(acquired(inventory) == "21-30/10");
    CHECK(acquired(inventory) == "31-40/10");
    CHECK(acquired(inventory) == "41-50/10");
    CHECK(planned_ranges(inventory).empty());
  });
}

TEST_CASE("ranges that were planned ahead count as waiting", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 100);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    inventory.acquire("job", planning(3));
    const Backlog backlog = inventory.backlog("job");
    CHECK(backlog.count == 100);
    CHECK(backlog.ready == 90);
    CHECK(backlog.processing == 1);
  });
}

TEST_CASE("ranges that were planned ahead are listed only to who asks for planned ones",
          "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 100);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    inventory.acquire("job", planning(3));
    Ranges listed;
    inventory.list_batches(
        "job", {}, "", [&](const Batch& batch) { listed.push_back(range_of(batch)); });
    CHECK(listed == Ranges{"1-10/10"});
    CHECK(planned_ranges(inventory).size() == 3);
    CHECK(inventory.find_asset("job", "15").batches.empty());
    CHECK(acquired(inventory) == "11-20/10");
    CHECK(inventory.find_asset("job", "15").batches.size() == 1);
  });
}

TEST_CASE("only full ranges are planned ahead", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 25);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    inventory.acquire("job", planning(5));
    CHECK(planned_ranges(inventory) == Ranges{"11-20/10"});
    CHECK(acquired(inventory) == "11-20/10");
    world.insert_range(26, 40);
    CHECK(acquired(inventory) == "21-30/10");
  });
}

TEST_CASE("an acquire with limits of its own takes back what was planned", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 100);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    inventory.acquire("job", planning(4));
    AcquireOptions larger;
    larger.limits.max_count = 15;
    CHECK(range_of(inventory.plan("job", larger, 1).at(0)) == "11-25/15");
    CHECK(range_of(*inventory.acquire("job", larger).batch) == "11-25/15");
    CHECK(planned_ranges(inventory).empty());
    CHECK(acquired(inventory) == "26-35/10");
  });
}

TEST_CASE("whoever asks for the same limits takes what was planned for them", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 100);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    AcquireOptions larger = planning(2);
    larger.limits.max_count = 15;
    CHECK(range_of(*inventory.acquire("job", larger).batch) == "1-15/15");
    CHECK(planned_ranges(inventory) == Ranges{"16-30/15", "31-45/15"});
    larger.least_ahead = 0;
    CHECK(range_of(inventory.plan("job", larger, 1).at(0)) == "16-30/15");
    CHECK(range_of(*inventory.acquire("job", larger).batch) == "16-30/15");
    CHECK(planned_ranges(inventory) == Ranges{"31-45/15"});
    CHECK(acquired(inventory) == "31-40/10");
    CHECK(planned_ranges(inventory).empty());
  });
}

TEST_CASE("a job that changes takes back what was planned by its old definition", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 100);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    inventory.acquire("job", planning(4));
    inventory.update_job("job", [](JobDefinition& job) { job.limits.max_count = 3; });
    CHECK(planned_ranges(inventory).empty());
    CHECK(acquired(inventory) == "11-13/3");
  });
}

TEST_CASE("what was planned long ago is cut again", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 100);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    inventory.acquire("job", planning(2));
    const auto before = planned_ranges(inventory);
    world.advance(std::chrono::seconds(9));
    const Batch taken = acquire(inventory);
    CHECK(range_of(taken) == "11-20/10");
    world.advance(std::chrono::seconds(2));
    const Batch cut = acquire(inventory);
    CHECK(range_of(cut) == "21-30/10");
    CHECK(cut.id > taken.id + 1);
    CHECK(planned_ranges(inventory).empty());
  });
}

TEST_CASE("a planned range below one that an operator cancelled goes out by its own limits",
          "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 100);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    const Batch first = *inventory.acquire("job", planning(3)).batch;
    inventory.cancel({first.id + 2});
    AcquireOptions smaller;
    smaller.limits.max_count = 4;
    const std::vector<Batch> planned = inventory.plan("job", smaller, 4);
    REQUIRE(planned.size() == 4);
    CHECK(range_of(planned[0]) == "11-14/4");
    CHECK(range_of(planned[2]) == "19-20/2");
    CHECK(range_of(planned[3]) == "31-34/4");
    CHECK(range_of(*inventory.acquire("job", smaller).batch) == "11-14/4");
    CHECK(range_of(*inventory.acquire("job", smaller).batch) == "15-18/4");
    CHECK(range_of(*inventory.acquire("job", smaller).batch) == "19-20/2");
    CHECK(range_of(*inventory.acquire("job", smaller).batch) == "31-34/4");
  });
}

TEST_CASE("a planned range below one that an operator cancelled is cut to a target as well",
          "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 100);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    const Batch first = *inventory.acquire("job", planning(3)).batch;
    inventory.cancel({first.id + 2});
    AcquireOptions sized;
    sized.limits.target_duration = std::chrono::minutes(1);
    CHECK(range_of(inventory.plan("job", sized, 1).at(0)) == "11-11/1");
    const Batch batch = *inventory.acquire("job", sized).batch;
    CHECK(range_of(batch) == "11-11/1");
    CHECK(has(batch.size_reason, "target 1m: "));
  });
}

TEST_CASE("a planned range before the key of a reset is handed out whenever it is taken",
          "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 100);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    const Batch first = *inventory.acquire("job", planning(3)).batch;
    // Keeps those before it from going back.
    inventory.cancel({first.id + 3});
    CHECK(inventory.reset("job", "21") == 2);
    world.advance(std::chrono::minutes(1));
    CHECK(acquired(inventory) == "11-20/10");
    CHECK(acquired(inventory) == "21-30/10");
    CHECK(acquired(inventory) == "31-40/10");
  });
}

TEST_CASE("an asset that cannot be handed out stops no range before it", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 25);
    world.insert({{"26", -1, "a"}});
    world.insert_range(27, 60);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    CHECK(range_of(*inventory.acquire("job", planning(4)).batch) == "1-10/10");
    CHECK(acquired(inventory) == "11-20/10");
    CHECK(has(refusal([&] { inventory.acquire("job"); }).text, "26"));
  });
}

TEST_CASE("an acquire for retries alone leaves what was planned", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 100);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    const Batch first = *inventory.acquire("job", planning(3)).batch;
    AcquireOptions retries;
    retries.retry = RetryMode::only;
    CHECK(!inventory.acquire("job", retries).batch);
    fail(inventory, first);
    CHECK(inventory.acquire("job", retries).batch->id == first.id);
    CHECK(planned_ranges(inventory).size() == 3);
  });
}

TEST_CASE("a planned range that somebody is taking is passed by, and taken later where they let go",
          "[store]") {
  on_every_sql_store([](World& world) {
    if (world.setup().inventory != Place::postgres) {
      // One writer at a time.
      return;
    }
    world.insert_range(1, 60);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    std::optional<Batch> held = inventory.acquire("job", planning(4)).batch;
    const auto store = world.store();
    auto transaction = store->begin(true);
    const auto taken = transaction->take_due_batch(held->window_id, KeyType::integer, {});
    REQUIRE(taken);
    CHECK(range_of(taken->batch) == "11-20/10");
    held = inventory.release_and_acquire(*held, {}, {}).next->batch;
    CHECK(range_of(*held) == "21-30/10");
    transaction.reset();
    std::set<std::string> later;
    while (held) {
      const auto next = inventory.release_and_acquire(*held, {}, {}).next;
      held = next ? next->batch : std::nullopt;
      CHECK((!held || later.insert(range_of(*held)).second));
    }
    CHECK(later == std::set<std::string>{"11-20/10", "31-40/10", "41-50/10", "51-60/10"});
    CHECK(inventory.backlog("job").count == 0);
  });
}

TEST_CASE("no more ranges are planned than whoever takes them needs", "[store]") {
  on_every_sql_store([](World& world) {
    world.insert_range(1, 1000);
    world.create_job(5);
    Inventory& inventory = world.inventory();
    Batch held = *inventory.acquire("job", {}).batch;
    std::size_t most = 0;
    for (int i = 0; i < 100; ++i) {
      held = *inventory.release_and_acquire(held, {}, {}).next->batch;
      most = std::max(most, planned_ranges(inventory).size());
    }
    CHECK(most <= 32);
  });
}

TEST_CASE("a slow source is not read for long to plan ahead", "[store]") {
  on_every_sql_store([](World& world) {
    world.insert_range(1, 24'000);
    world.create_job(4000);
    Inventory slow(world.store(), [&](const JobDefinition& definition) {
      return std::make_unique<TardySource>(open_source(world.source_url(), definition));
    });
    CHECK(range_of(*slow.acquire("job", planning(5)).batch) == "1-4000/4000");
    // Half a second has room for three looks at some 4,000 assets.
    const std::size_t planned = planned_ranges(slow).size();
    CHECK(planned >= 1);
    CHECK(planned <= 3);
    CHECK(all_acquired(slow).size() == 5);
  });
}

TEST_CASE("taking one of many planned ranges reads few of them, whatever statistics say",
          "[store]") {
  on_every_postgres_source([](World& world) {
    if (world.setup().inventory != Place::postgres) {
      // It counts no reads.
      return;
    }
    constexpr int kTaken = 50;
    world.insert_range(1, 4400);
    world.create_job(4);
    for (int i = 0; i < 100; ++i) {
      succeed(world.inventory(), acquire(world.inventory()));
    }
    SourceSession asking(world);
    // From before any were planned: to read and sort them all looks cheap.
    asking.run("ANALYZE " + world.schema() + ".batch");
    Batch held = *world.inventory().acquire("job", planning(999)).batch;
    const auto number = [&](const std::string& what) {
      return std::stoll(asking.ask(counted(what, world)));
    };
    const auto reads = number(kBatchReads);
    const auto updates = number("n_tup_upd");
    {
      Inventory taker = world.client();
      held = *taker.release_and_acquire(held, {}, {}).next->batch;
      for (int taken = 1; taken < kTaken; ++taken) {
        held = *taker.release_and_acquire(held, {}, {}).next->batch;
      }
    }
    // A session tells the server's counters when it ends.
    wait_until(world,
               "(" + counted("n_tup_upd", world) + ") >= " + std::to_string(updates + 2 * kTaken));
    CHECK(number(kBatchReads) - reads < 100 * kTaken);
  });
}

TEST_CASE("many who acquire at once get every asset once, whoever plans for them", "[store]") {
  on_every_sql_store([](World& world) {
    world.insert_range(1, 3000);
    world.create_job(10);
    std::mutex mutex;
    std::multiset<std::string> handed;
    std::vector<std::jthread> workers;
    for (int i = 0; i < 6; ++i) {
      workers.emplace_back([&, inventory = world.client()]() mutable {
        std::optional<Batch> held = inventory.acquire("job", {}).batch;
        while (held) {
          {
            const std::lock_guard lock(mutex);
            handed.insert(range_of(*held));
          }
          auto next = inventory.release_and_acquire(*held, {}, {}).next;
          held = next ? next->batch : std::nullopt;
        }
      });
    }
    workers.clear();
    CHECK(handed.size() == 300);
    CHECK(std::set<std::string>(handed.begin(), handed.end()).size() == 300);
    CHECK(world.inventory().backlog("job").count == 0);
  });
}

}  // namespace tranche::test
