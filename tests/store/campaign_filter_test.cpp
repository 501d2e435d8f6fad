#include "store/world.hpp"

#include "tranche/campaign_plan.hpp"
#include "tranche/key_set.hpp"

#include <catch2/catch.hpp>

namespace tranche::test {

using Texts = std::vector<std::string>;

namespace {

AcquireOptions in_campaign(const std::string& name) {
  AcquireOptions options;
  options.window = name;
  return options;
}

/// Keys 1..20 with weights 1..20, every second one with tag 'b'.
void insert_mixed(World& world) {
  std::vector<Row> rows;
  for (int key = 1; key <= 20; ++key) {
    rows.push_back({std::to_string(key), key, key % 2 == 0 ? "b" : "a"});
  }
  world.insert(rows);
}

CampaignOptions filtered(const std::string& filter) {
  CampaignOptions options;
  options.filter = filter;
  return options;
}

Texts gaps_of(Inventory& inventory, const std::optional<std::string>& window = std::nullopt) {
  Texts all;
  inventory.gaps("job", window, [&](const Gap& gap) {
    all.push_back(gap.first_key.text() + "-" + gap.last_key.text() + "/" +
                  std::to_string(gap.count));
  });
  return all;
}

}  // namespace

TEST_CASE("a campaign's filter narrows it further than the job's", "[store]") {
  on_every_store([](World& world) {
    insert_mixed(world);
    JobDefinition wanted = world.definition();
    wanted.filter = "tag = 'b'";
    wanted.limits.max_count = 3;
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    const Window window = inventory.create_campaign("job", "heavy", filtered("weight > 8"));
    CHECK(window.filter == "weight > 8");
    CHECK(inventory.backlog("job", "heavy").count == 6);
    CHECK(ranges_of(inventory.plan("job", in_campaign("heavy"), 9)) == Texts{"10-14/3", "16-20/3"});
    const Batch batch = acquire(inventory, in_campaign("heavy"));
    CHECK(range_of(batch) == "10-14/3");
    CHECK(batch.filter == "(tag = 'b') AND (weight > 8)");
    CHECK(keys_of(inventory, batch) == Texts{"10", "12", "14"});
    CHECK(inventory.find_batch(batch.id).batch.filter == batch.filter);
    CHECK(acquired(inventory) == "2-6/3");
    CHECK(acquired(inventory, in_campaign("heavy")) == "16-20/3");
    CHECK(acquired(inventory, in_campaign("heavy")) == "none");
  });
}

TEST_CASE("a campaign's filter alone is told as it was written", "[store]") {
  on_every_store([](World& world) {
    insert_mixed(world);
    world.create_job(100);
    Inventory& inventory = world.inventory();
    inventory.create_campaign("job", "c", filtered("weight <= 4"));
    const Batch batch = acquire(inventory, in_campaign("c"));
    CHECK(batch.filter == "weight <= 4");
    CHECK(range_of(batch) == "1-4/4");
    CHECK(acquire(inventory).filter.empty());
  });
}

TEST_CASE("a batch keeps the filter it was cut with, through a retry, a split and what is done",
          "[store]") {
  on_every_store([](World& world) {
    insert_mixed(world);
    JobDefinition wanted = world.definition();
    wanted.filter = "weight > 2";
    wanted.limits.max_count = 4;
    wanted.on_exit = "5=split";
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    inventory.create_campaign("job", "c", filtered("tag = 'b'"));
    const Batch batch = acquire(inventory, in_campaign("c"));
    CHECK(keys_of(inventory, batch) == Texts{"4", "6", "8", "10"});
    inventory.update_job("job", [](JobDefinition& changed) { changed.filter = "weight > 12"; });
    fail(inventory, batch, 5);
    const Batch half = acquire(inventory, in_campaign("c"));
    CHECK(keys_of(inventory, half) == Texts{"4", "6"});
    CHECK(half.filter == "(weight > 2) AND (tag = 'b')");
    ReleaseRequest request;
    request.status = ReleaseRequest::Status::failed;
    request.exit_code = 1;
    KeySetWriter done;
    done.add(Key::integer(4));
    request.done_keys = {done.take_part()};
    inventory.release(half.id, half.token, request);
    const Batch rest = acquire(inventory, in_campaign("c"));
    CHECK(rest.id == half.id);
    CHECK(keys_of(inventory, rest) == Texts{"6"});
    CHECK(keys_of(inventory, acquire(inventory, in_campaign("c"))) == Texts{"8", "10"});
    CHECK(keys_of(inventory, acquire(inventory, in_campaign("c"))) ==
          Texts{"14", "16", "18", "20"});
  });
}

TEST_CASE("an error budget's share is of the assets that the campaign's filter takes", "[store]") {
  on_every_store([](World& world) {
    insert_mixed(world);
    world.create_job(100);
    CampaignOptions options = filtered("tag = 'a'");
    options.halt_after = "50%";
    CHECK(world.inventory().create_campaign("job", "c", options).halt_count == 5);
  });
}

TEST_CASE("an audit of a filtered campaign misses no asset of another tag", "[store]") {
  on_every_store([](World& world) {
    insert_mixed(world);
    world.create_job(6);
    Inventory& inventory = world.inventory();
    inventory.create_campaign("job", "c", filtered("tag = 'b'"));
    succeed(inventory, acquire(inventory, in_campaign("c")));
    succeed(inventory, acquire(inventory, in_campaign("c")));
    world.erase("8");
    AuditOptions wanted;
    wanted.window = "c";
    Texts found;
    const auto note = [&](const AuditFinding& finding) {
      found.push_back(std::string(to_string(finding.kind)) + " " + finding.first_key.text());
    };
    inventory.audit("job", wanted, note);
    CHECK(found == Texts{"vanished 8"});
    world.insert({{"8", 8, "a"}});
    world.erase("3");
    world.insert({{"3", 3, "b"}});
    found.clear();
    wanted.repair = true;
    inventory.audit("job", wanted, note);
    CHECK(found == Texts{"vanished 8", "late 3"});
    CHECK(keys_of(inventory, acquire(inventory, in_campaign("c"))) == Texts{"3"});
  });
}

TEST_CASE("gaps do not take for covered what a campaign's filter left out", "[store]") {
  const auto body = [](World& world) {
    std::vector<Row> rows;
    for (int key = 10; key <= 29; ++key) {
      rows.push_back({std::to_string(key), 1, key < 16 && key % 2 == 0 ? "b" : "a"});
    }
    world.insert(rows);
    world.create_job(100);
    Inventory& inventory = world.inventory();
    CHECK(gaps_of(inventory) == Texts{"10-29/20"});
    inventory.create_campaign("job", "c", filtered("tag = 'a'"));
    succeed(inventory, acquire(inventory, in_campaign("c")));
    CHECK(gaps_of(inventory, "c").empty());
    CHECK(gaps_of(inventory) == Texts{"10-10/1", "12-12/1", "14-14/1"});
    CHECK(gaps_of(inventory, "incremental") == Texts{"10-29/20"});
    succeed(inventory, acquire(inventory));
    CHECK(gaps_of(inventory).empty());
  };
  on_every_store(body);
  on_every_store(body, KeyType::text);
}

TEST_CASE("what no window was made for is no gap", "[store]") {
  on_every_store([](World& world) {
    insert_mixed(world);
    JobDefinition wanted = world.definition();
    wanted.start_key = "15";
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    CampaignOptions evens = filtered("tag = 'b'");
    evens.from = "3";
    evens.to = "16";
    inventory.create_campaign("job", "c", evens);
    CHECK(gaps_of(inventory) == Texts{"4-14/6", "15-20/6"});
    CampaignOptions odds = filtered("weight < 6");
    odds.from = "1";
    odds.to = "9";
    inventory.create_campaign("job", "d", odds);
    CHECK(gaps_of(inventory) == Texts{"1-2/2", "3-8/5", "10-14/3", "15-20/6"});
  });
}

TEST_CASE("a difference shows what a filtered campaign covers, and no more", "[store]") {
  on_every_store([](World& world) {
    insert_mixed(world);
    JobDefinition wanted = world.definition();
    world.create_job(wanted);
    world.create_job(wanted, "other");
    Inventory& inventory = world.inventory();
    inventory.create_campaign("job", "c", filtered("tag = 'b'"));
    succeed(inventory, acquire(inventory, in_campaign("c")));
    Texts found;
    const auto note = [&](const Difference& one) {
      found.push_back(one.missing_in + " " + std::to_string(one.range.count));
    };
    inventory.diff("job", "other", note);
    CHECK(found == Texts(10, "other 1"));
    found.clear();
    inventory.release_and_acquire(*inventory.acquire("other").batch, {}, {});
    inventory.diff("job", "other", note);
    CHECK(found == Texts(10, "job 1"));
  });
}

TEST_CASE("a campaign's filter is checked as a job's filter is", "[store]") {
  on_every_sql_store([](World& world) {
    insert_mixed(world);
    Inventory inventory = Inventory::open(world.inventory_url(), {world.schema(), true});
    inventory.create_job("job", world.definition());
    const auto create = [&](const std::string& filter) {
      return refusal([&] { inventory.create_campaign("job", "c", filtered(filter)); });
    };
    CHECK(has(create("colour = 'red'").text, "colour"));
    for (const std::string filter : {"1 = 1",
                                     "tag = 'a'; DELETE FROM x",
                                     "tag = 'a') OR (tag = 'b'",
                                     "tag = 'a' ORDER BY key",
                                     "weight > random()",
                                     "key IN (SELECT 1)"}) {
      INFO(filter);
      CHECK(create(filter).code == ErrorCode::refused);
    }
    CHECK(create(std::string(20'000, ' ')).code == ErrorCode::usage);
    CHECK(inventory.list_windows("job").size() == 1);
    // Whoever writes a plan by hand is told the same.
    CampaignPlan plan = inventory.plan_campaign("job", "p", filtered("tag = 'a'"));
    plan.window.filter = "tag = 'a' AND weight > random()";
    CHECK(has(refusal([&] { inventory.apply_campaign("p", plan); }).text, "random"));
    CHECK_FALSE(create("tag = 'a' -- only these").code);
    const Batch batch = acquire(inventory, in_campaign("c"));
    CHECK(batch.count == 10);
    const std::string condition = inventory.range_condition(batch);
    CHECK(has(condition, "tag = 'a'"));
  });
}

}  // namespace tranche::test
