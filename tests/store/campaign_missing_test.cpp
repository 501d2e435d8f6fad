#include "store/world.hpp"

#include "tranche/key_set.hpp"

#include <catch2/catch.hpp>

namespace tranche::test {

using Texts = std::vector<std::string>;

namespace {

AcquireOptions in_campaign(const std::string& name = "missing") {
  AcquireOptions options;
  options.window = name;
  return options;
}

CampaignOptions only_missing(std::optional<int> version = std::nullopt) {
  CampaignOptions options;
  options.only_missing = true;
  options.missing_version = version;
  return options;
}

Texts keys_of_next(Inventory& inventory, const std::string& name = "missing") {
  const Acquired next = inventory.acquire("job", in_campaign(name));
  return next.batch ? keys_of(inventory, *next.batch) : Texts{"none"};
}

}  // namespace

TEST_CASE("a campaign over what is missing hands out what no succeeded batch holds", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 30);
    world.create_job(5);
    Inventory& inventory = world.inventory();
    succeed(inventory, acquire(inventory));
    const Batch failed = acquire(inventory);
    succeed(inventory, acquire(inventory));
    fail(inventory, failed);
    inventory.create_campaign("job", "missing", only_missing());
    CHECK(inventory.backlog("job", "missing").count == 20);
    CHECK(ranges_of(inventory.plan("job", in_campaign(), 9)) ==
          Texts{"6-10/5", "16-20/5", "21-25/5", "26-30/5"});
    const Batch first = acquire(inventory, in_campaign());
    CHECK(range_of(first) == "6-10/5");
    // Decided when a range is cut: what has succeeded by then is left out.
    succeed(inventory, acquire(inventory));
    const Batch retried = acquire(inventory);
    CHECK(range_of(retried) == "16-20/5");
    succeed(inventory, retried);
    CHECK(range_of(acquire(inventory, in_campaign())) == "21-25/5");
    CHECK(inventory.backlog("job", "missing").count == 15);
    CHECK(inventory.find_window("job", "incremental").frontier == Key::integer(20));
  });
}

TEST_CASE("what is missing is told by exact keys, of every type", "[store]") {
  for (const KeyType type : {KeyType::integer, KeyType::text}) {
    on_every_store(
        [](World& world) {
          std::vector<Row> rows;
          for (int key = 10; key < 30; key += 2) {
            rows.push_back({std::to_string(key)});
          }
          world.insert(rows);
          world.create_job(5);
          Inventory& inventory = world.inventory();
          succeed(inventory, acquire(inventory));
          succeed(inventory, acquire(inventory));
          // They come late: no batch holds them, although two reach across them.
          world.insert({{"13"}, {"15"}, {"27"}, {"31"}});
          inventory.create_campaign("job", "missing", only_missing());
          const Batch batch = acquire(inventory, in_campaign());
          CHECK(keys_of(inventory, batch) == Texts{"13", "15", "27", "31"});
          // A range with others between them.
          CHECK(has(inventory.range_condition(batch), "13"));
          CHECK(has(inventory.range_condition(batch), "15"));
          CHECK(keys_of_next(inventory) == Texts{"none"});
          succeed(inventory, batch);
          inventory.create_campaign("job", "again", only_missing());
          CHECK(keys_of_next(inventory, "again") == Texts{"none"});
        },
        type);
  }
}

TEST_CASE("what is missing is found behind any number of assets that are done", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 900);
    world.create_job(800);
    Inventory& inventory = world.inventory();
    inventory.create_campaign("job", "middle", {"11", "890", {}});
    succeed(inventory, acquire(inventory, in_campaign("middle")));
    succeed(inventory, acquire(inventory, in_campaign("middle")));
    inventory.create_campaign("job", "missing", only_missing());
    CHECK(acquired(inventory, in_campaign()) == "1-900/20");
    CampaignOptions down = only_missing();
    down.newest_first = true;
    down.limits.max_count = 12;
    inventory.create_campaign("job", "down", down);
    CHECK(acquired(inventory, in_campaign("down")) == "9-900/12");
    CHECK(acquired(inventory, in_campaign("down")) == "1-8/8");
  });
}

TEST_CASE("what is missing is told beside a half that began before", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 20);
    JobDefinition wanted = world.definition();
    wanted.limits.max_count = 20;
    wanted.on_exit = "137=split";
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    fail(inventory, acquire(inventory), 137);
    const Batch low = acquire(inventory);
    const Batch high = acquire(inventory);
    CHECK(range_of(high) == "11-20/10");
    succeed(inventory, high);
    CampaignOptions from_five = only_missing();
    from_five.from = "5";
    inventory.create_campaign("job", "missing", from_five);
    CHECK(acquired(inventory, in_campaign()) == "5-10/6");
    CHECK(acquired(inventory, in_campaign()) == "none");
  });
}

TEST_CASE("a campaign over what is missing plans nothing ahead", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 100);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    inventory.create_campaign("job", "missing", only_missing());
    AcquireOptions ahead = in_campaign();
    ahead.least_ahead = 3;
    CHECK(acquired(inventory, ahead) == "1-10/10");
    for (int i = 0; i < 2; ++i) {
      succeed(inventory, acquire(inventory));
    }
    CHECK(acquired(inventory, ahead) == "21-30/10");
  });
}

TEST_CASE("a planned range of what is missing names its keys as its batch will", "[store]") {
  on_every_sql_store([](World& world) {
    world.insert_range(1, 12);
    world.create_job(5);
    Inventory& inventory = world.inventory();
    inventory.create_campaign("job", "middle", {"3", "4", {}});
    succeed(inventory, acquire(inventory, in_campaign("middle")));
    inventory.create_campaign("job", "missing", only_missing());
    const std::vector<Batch> planned = inventory.plan("job", in_campaign(), 9);
    REQUIRE(ranges_of(planned) == Texts{"1-7/5", "8-12/5"});
    for (const Batch& range : planned) {
      const std::string condition = inventory.range_condition(range);
      CHECK(condition == inventory.range_condition(acquire(inventory, in_campaign())));
    }
  });
}

TEST_CASE("where assets have vanished, a batch still does not name what was done", "[store]") {
  on_every_sql_store([](World& world) {
    world.insert_range(1, 12);
    world.create_job(12);
    Inventory& inventory = world.inventory();
    inventory.create_campaign("job", "five", {"5", "5", {}});
    succeed(inventory, acquire(inventory, in_campaign("five")));
    inventory.create_campaign("job", "missing", only_missing());
    const Batch batch = acquire(inventory, in_campaign());
    CHECK(range_of(batch) == "1-12/11");
    world.erase("3");
    // As many as it has are there, with the one that it does not have.
    const std::string condition = inventory.range_condition(batch);
    CHECK_FALSE(has(condition, "5"));
    CHECK(has(condition, "11"));
    world.erase("5");
    CHECK_FALSE(has(inventory.range_condition(batch), "11"));
  });
}

TEST_CASE("halves, parts that were done and straggler batches count as what they hold", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 12);
    JobDefinition wanted = world.definition();
    wanted.limits.max_count = 6;
    wanted.on_exit = "5=split";
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    fail(inventory, acquire(inventory), 5);
    const Batch lower = acquire(inventory);
    const Batch upper = acquire(inventory);
    CHECK(range_of(upper) == "4-6/3");
    succeed(inventory, upper);
    ReleaseRequest request;
    request.status = ReleaseRequest::Status::failed;
    request.exit_code = 1;
    KeySetWriter done;
    done.add(Key::integer(2));
    request.done_keys = {done.take_part()};
    inventory.release(lower.id, lower.token, request);
    inventory.create_campaign("job", "missing", only_missing());
    CHECK(keys_of_next(inventory) == Texts{"1", "3", "7", "8", "9", "10"});
    CHECK(keys_of_next(inventory) == Texts{"11", "12"});
  });
}

TEST_CASE("what a reset set free is missing, and so is what another version processed", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 20);
    world.create_job(5);
    Inventory& inventory = world.inventory();
    succeed(inventory, acquire(inventory));
    succeed(inventory, acquire(inventory));
    inventory.update_job("job", [](JobDefinition& changed) { changed.max_attempts = 5; });
    succeed(inventory, acquire(inventory));
    inventory.create_campaign("job", "v2", only_missing(2));
    CHECK(ranges_of(inventory.plan("job", in_campaign("v2"), 9)) ==
          Texts{"1-5/5", "6-10/5", "16-20/5"});
    inventory.create_campaign("job", "v1", only_missing(1));
    CHECK(ranges_of(inventory.plan("job", in_campaign("v1"), 9)) == Texts{"11-15/5", "16-20/5"});
    CHECK(has(refusal([&] { inventory.create_campaign("job", "v3", only_missing(3)); }).text,
              "1 to 2"));
    inventory.reset("job", "8");
    inventory.create_campaign("job", "missing", only_missing());
    CHECK(keys_of_next(inventory) == Texts{"8", "9", "10", "11", "12"});
  });
}

TEST_CASE("two campaigns over what is missing have ledgers of their own", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 10);
    world.create_job(4);
    Inventory& inventory = world.inventory();
    inventory.create_campaign("job", "missing", only_missing());
    inventory.create_campaign("job", "other", only_missing());
    succeed(inventory, acquire(inventory, in_campaign()));
    CHECK(acquired(inventory, in_campaign("other")) == "5-8/4");
    CHECK(acquired(inventory, in_campaign()) == "5-8/4");
    CHECK(acquired(inventory) == "1-4/4");
    CHECK(inventory.backlog("job", "other").count == 6);
  });
}

TEST_CASE("an audit of a campaign over what is missing tells only what is missing", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 20);
    world.create_job(5);
    Inventory& inventory = world.inventory();
    succeed(inventory, acquire(inventory));
    succeed(inventory, acquire(inventory, [] {
              AcquireOptions few;
              few.limits.max_count = 3;
              return few;
            }()));
    world.erase("15");
    inventory.create_campaign("job", "missing", only_missing());
    while (const auto batch = inventory.acquire("job", in_campaign()).batch) {
      succeed(inventory, *batch);
    }
    world.insert({{"15"}});
    AuditOptions wanted;
    wanted.window = "missing";
    Texts found;
    const auto note = [&](const AuditFinding& finding) {
      found.push_back(std::string(to_string(finding.kind)) + " " + finding.first_key.text());
    };
    inventory.audit("job", wanted, note);
    CHECK(found == Texts{"late 15"});
    wanted.repair = true;
    inventory.audit("job", wanted, note);
    CHECK(keys_of_next(inventory) == Texts{"15"});
  });
}

TEST_CASE("gaps of a campaign over what is missing are what still is", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 20);
    world.create_job(5);
    Inventory& inventory = world.inventory();
    const auto gaps = [&](const std::optional<std::string>& window) {
      Texts all;
      inventory.gaps("job", window, [&](const Gap& gap) {
        all.push_back(gap.first_key.text() + "-" + gap.last_key.text());
      });
      return all;
    };
    acquire(inventory);
    succeed(inventory, acquire(inventory));
    inventory.create_campaign("job", "missing", only_missing());
    CHECK(gaps("missing") == Texts{"1-5", "11-20"});
    AcquireOptions seven = in_campaign();
    seven.limits.max_count = 7;
    const Batch batch = acquire(inventory, seven);
    CHECK(range_of(batch) == "1-12/7");
    succeed(inventory, batch);
    CHECK(gaps("missing") == Texts{"13-20"});
    // Its range reaches across 6 to 10, which another window's batch covered.
    inventory.reset("job", "6");
    CHECK(gaps(std::nullopt) == Texts{"6-10", "13-20"});
  });
}

}  // namespace tranche::test
