#include "store/world.hpp"

#include "tranche/campaign_plan.hpp"

#include <catch2/catch.hpp>

namespace tranche::test {

using std::chrono::minutes;
using Texts = std::vector<std::string>;

namespace {

AcquireOptions in_campaign(bool ordered = false) {
  AcquireOptions options;
  options.window = "c";
  options.ordered = ordered;
  return options;
}

CampaignOptions newest_first() {
  CampaignOptions options;
  options.newest_first = true;
  return options;
}

/// Each asset takes 2 s, and batches shall take a minute.
void create_sized(World& world) {
  JobDefinition wanted = world.definition();
  wanted.limits.target_duration = minutes(1);
  world.create_job(wanted);
}

Texts done_by_target(World& world, int batches, const AcquireOptions& options) {
  Texts ranges;
  for (int i = 0; i < batches; ++i) {
    const Batch batch = acquire(world.inventory(), options);
    world.advance(std::chrono::seconds(2 * batch.count));
    succeed(world.inventory(), batch);
    ranges.push_back(range_of(batch));
  }
  return ranges;
}

}  // namespace

TEST_CASE("a campaign that begins at its end has nothing to wait for", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 25);
    JobDefinition wanted = world.definition();
    wanted.limits.max_count = 10;
    wanted.limits.min_count = 8;
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    inventory.create_campaign("job", "c", newest_first());
    const Texts expected{"16-25/10", "6-15/10", "1-5/5"};
    CHECK(ranges_of(inventory.plan("job", in_campaign(), 9)) == expected);
    for (const std::string& range : expected) {
      CHECK(acquired(inventory, in_campaign()) == range);
    }
    CHECK(inventory.backlog("job", "c").ready == 0);
  });
}

TEST_CASE("of a campaign over what is missing, what is done does not end the wait", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 30);
    JobDefinition wanted = world.definition();
    wanted.limits.min_count = 25;
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    AcquireOptions ten;
    ten.limits.max_count = 10;
    succeed(inventory, acquire(inventory, ten));
    CampaignOptions missing{{}, "99", {}};
    missing.only_missing = true;
    inventory.create_campaign("job", "c", missing);
    CHECK(inventory.backlog("job", "c").count == 20);
    CHECK(inventory.backlog("job", "c").ready == 0);
    CHECK(inventory.plan("job", in_campaign(), 9).empty());
    CHECK(inventory.acquire("job", in_campaign()).due_in);
    world.insert_range(31, 35);
    CHECK(inventory.backlog("job", "c").ready == 25);
    CHECK(acquired(inventory, in_campaign()) == "11-35/25");
  });
}

TEST_CASE("a campaign that begins at its end keeps to its cap", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 30);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    CampaignOptions capped = newest_first();
    capped.max_in_flight = 1;
    inventory.create_campaign("job", "c", capped);
    const Batch high = acquire(inventory, in_campaign());
    CHECK(range_of(high) == "21-30/10");
    CHECK(has(inventory.acquire("job", in_campaign()).note, "--max-in-flight 1"));
    CHECK(inventory.plan("job", in_campaign(), 9).empty());
    CHECK(inventory.backlog("job", "c").ready == 0);
    const Handed handed = inventory.release_and_acquire(high, {}, in_campaign());
    REQUIRE(handed.next);
    CHECK(range_of(handed.next->batch) == "11-20/10");
    CHECK(acquired(inventory, in_campaign()) == "none");
  });
}

TEST_CASE("in order, a campaign that begins at its end goes down", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 30);
    JobDefinition wanted = world.definition();
    wanted.limits.max_count = 10;
    wanted.retry_delay = minutes(1);
    wanted.on_exit = "137=split,*=retry";
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    inventory.create_campaign("job", "c", newest_first());
    const Batch high = acquire(inventory, in_campaign(true));
    CHECK(range_of(high) == "21-30/10");
    CHECK(acquired(inventory, in_campaign(true)) == "none");
    fail(inventory, high);
    CHECK(has(inventory.acquire("job", in_campaign(true)).note, "waits for its next attempt"));
    CHECK(inventory.plan("job", in_campaign(true), 9).empty());
    world.advance(minutes(2));
    CHECK(ranges_of(inventory.plan("job", in_campaign(true), 2)) == Texts{"21-30/10", "11-20/10"});
    const Batch again = acquire(inventory, in_campaign(true));
    CHECK(again.id == high.id);
    fail(inventory, again, 137);
    for (const char* half : {"26-30/5", "21-25/5", "11-20/10"}) {
      const Batch next = acquire(inventory, in_campaign(true));
      CHECK(range_of(next) == half);
      succeed(inventory, next);
    }
  });
}

TEST_CASE("ranges that are cut from the end grow up to the target as others do", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 60);
    create_sized(world);
    Inventory& inventory = world.inventory();
    inventory.create_campaign("job", "c", newest_first());
    const AcquireOptions options = in_campaign();
    CHECK(done_by_target(world, 3, options) == Texts{"60-60/1", "56-59/4", "40-55/16"});
    CHECK(ranges_of(inventory.plan("job", options, 9)) == Texts{"10-39/30", "1-9/9"});
    const Batch full = acquire(inventory, options);
    CHECK(range_of(full) == "10-39/30");
    CHECK(has(full.size_reason, " s an asset"));
    const Batch last = acquire(inventory, options);
    CHECK(range_of(last) == "1-9/9");
    CHECK(has(last.size_reason, "; no more assets waited"));
  });
}

TEST_CASE("ranges over what is missing have the target's size", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 60);
    create_sized(world);
    Inventory& inventory = world.inventory();
    CHECK(done_by_target(world, 3, {}) == Texts{"1-1/1", "2-5/4", "6-21/16"});
    CampaignOptions missing;
    missing.only_missing = true;
    inventory.create_campaign("job", "c", missing);
    CHECK(ranges_of(inventory.plan("job", in_campaign(), 9)) == Texts{"22-51/30", "52-60/9"});
    CHECK(acquired(inventory, in_campaign()) == "22-51/30");
  });
}

TEST_CASE("a plan keeps its cap, its sizes and why they are so", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 60);
    create_sized(world);
    Inventory& inventory = world.inventory();
    done_by_target(world, 3, {});
    CampaignOptions wanted{"22", {}, {}};
    wanted.max_in_flight = 1;
    const CampaignPlan plan = campaign_plan_from_json(
        to_json(inventory.plan_campaign("job", "c", wanted)), KeyType::integer);
    REQUIRE(plan.ranges.size() == 2);
    CHECK(plan.ranges[0].count == 30);
    // Whatever is learned meanwhile.
    succeed(inventory, acquire(inventory));
    inventory.apply_campaign("c", plan);
    const Batch first = acquire(inventory, in_campaign());
    CHECK(range_of(first) == "22-51/30");
    CHECK(first.size_reason == plan.ranges[0].size_reason);
    CHECK(has(first.size_reason, " s an asset"));
    CHECK(has(inventory.acquire("job", in_campaign()).note, "--max-in-flight 1"));
    const std::string before = inventory.find_window("job", "c").learned;
    CHECK(before == inventory.find_window("job", std::string(kIncremental)).learned);
    world.advance(minutes(3));
    succeed(inventory, first);
    CHECK(inventory.find_window("job", "c").learned != before);
    CHECK(acquired(inventory, in_campaign()) == "52-60/9");
    CampaignPlan damaged = plan;
    damaged.window.max_in_flight = 0;
    CHECK(refusal([&] { inventory.apply_campaign("d", damaged); }).code == ErrorCode::usage);
  });
}

TEST_CASE("a plan has the small range that would wait for more", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 12);
    JobDefinition wanted = world.definition();
    wanted.limits.max_count = 10;
    wanted.limits.min_count = 5;
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    const CampaignPlan plan = inventory.plan_campaign("job", "c", {{}, "99", {}});
    CHECK(plan.ranges.size() == 2);
    inventory.apply_campaign("c", plan);
    CHECK(ranges_of(inventory.plan("job", in_campaign(), 9)) == Texts{"1-10/10", "11-12/2"});
    CHECK(inventory.backlog("job", "c").ready == 12);
  });
}

TEST_CASE("what a narrowed campaign has done and what is left are all of it", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 20);
    world.insert_range(21, 40, "b");
    world.insert_range(41, 60);
    world.create_job(8);
    Inventory& inventory = world.inventory();
    succeed(inventory, acquire(inventory));
    CampaignOptions wanted = newest_first();
    wanted.filter = "tag = 'a'";
    wanted.only_missing = true;
    inventory.create_campaign("job", "c", wanted);
    const auto all = [&] {
      return inventory.closed("job", "c").count + inventory.backlog("job", "c").count;
    };
    CHECK(all() == 32);
    succeed(inventory, acquire(inventory, in_campaign()));
    CHECK(inventory.closed("job", "c").count == 8);
    CHECK(all() == 32);
    acquire(inventory, in_campaign());
    CHECK(all() == 32);
    // Done in another window: nothing that the campaign would have had to do.
    succeed(inventory, acquire(inventory));
    CHECK(all() == 24);
  });
}

}  // namespace tranche::test
