#include "tranche/campaign_plan.hpp"

#include "store/world.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <sstream>

namespace tranche::test {

using Texts = std::vector<std::string>;

namespace {

AcquireOptions in_campaign(const std::string& name = "c") {
  AcquireOptions options;
  options.window = name;
  return options;
}

Texts ranges_of(const CampaignPlan& plan) {
  Texts ranges;
  for (const PlannedRange& range : plan.ranges) {
    ranges.push_back(range.first_key.text() + "-" + range.last_key.text() + "/" +
                     std::to_string(range.count));
  }
  return ranges;
}

Texts handed_out(Inventory& inventory, const std::string& name) {
  Texts ranges;
  for (auto next = inventory.acquire("job", in_campaign(name)); next.batch;
       next = inventory.acquire("job", in_campaign(name))) {
    ranges.push_back(range_of(next.batch));
    succeed(inventory, *next.batch);
  }
  return ranges;
}

}  // namespace

TEST_CASE("a plan is what the campaign hands out, and changes nothing", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 25);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    CampaignOptions wanted{"3", {}, {}};
    const CampaignPlan plan = inventory.plan_campaign("job", "c", wanted);
    CHECK(ranges_of(plan) == Texts{"3-12/10", "13-22/10", "23-25/3"});
    CHECK(inventory.list_windows("job").size() == 1);
    wanted.newest_first = true;
    wanted.limits.max_count = 20;
    CHECK(ranges_of(inventory.plan_campaign("job", "c", wanted)) == Texts{"6-25/20", "3-5/3"});
    inventory.create_campaign("job", "c", wanted);
    CHECK(refusal([&] { inventory.plan_campaign("job", "c", wanted); }).code == ErrorCode::refused);
  });
}

TEST_CASE("a plan is applied with exactly its ranges, whatever the limits are by then", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 25);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    for (const bool newest : {false, true}) {
      const std::string name = newest ? "d" : "c";
      CampaignOptions wanted{"3", "99", {}};
      wanted.newest_first = newest;
      const CampaignPlan plan = campaign_plan_from_json(
          to_json(inventory.plan_campaign("job", name, wanted)), KeyType::integer);
      inventory.update_job(
          "job", [&](JobDefinition& changed) { changed.limits.max_count = newest ? 10 : 4; });
      const Window window = inventory.apply_campaign(name, plan);
      CHECK(window.upper == Key::integer(25));
      CHECK(inventory.backlog("job", name).count == 23);
      CHECK(inventory.backlog("job", name).ready == 23);
      std::vector<Batch> planned = inventory.plan("job", in_campaign(name), 9);
      CHECK(test::ranges_of(planned) == ranges_of(plan));
      CHECK(handed_out(inventory, name) == ranges_of(plan));
      CHECK(inventory.backlog("job", name).count == 0);
      AuditOptions audit;
      audit.window = name;
      CHECK(inventory.audit("job", audit, [](const AuditFinding&) {}).assets == 23);
      inventory.gaps("job", name, [](const Gap&) { FAIL("a gap"); });
      inventory.update_job("job", [](JobDefinition& changed) { changed.limits.max_count = 10; });
    }
  });
}

TEST_CASE("a plan is refused where the source is not what it was, and nothing changes", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 10);
    world.insert_range(12, 30);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    const CampaignPlan plan = inventory.plan_campaign("job", "c", {});
    CHECK(ranges_of(plan) == Texts{"1-10/10", "12-21/10", "22-30/9"});
    const auto apply = [&] { return refusal([&] { inventory.apply_campaign("c", plan); }); };
    const auto refused = [&](const std::string& what) {
      INFO(what);
      const Refusal told = apply();
      INFO(told.text);
      CHECK(told.code == ErrorCode::refused);
      CHECK(has(told.text, what));
      CHECK(inventory.list_windows("job").size() == 1);
    };
    world.erase("15");
    refused("range 12 to 21");
    world.insert({{"15", 3}});
    refused("weight");
    world.erase("15");
    world.insert({{"15", 1, "a", "another"}});
    refused("range 12 to 21 has other assets");
    world.erase("15");
    world.insert({{"15"}});
    world.insert({{"11"}});
    refused("range 12 to 21");
    world.erase("11");
    world.erase("1");
    world.insert({{"0"}});
    refused("range 1 to 10");
    world.erase("0");
    world.insert({{"1"}, {"31"}});
    CHECK_FALSE(apply().code);
    CHECK(apply().code == ErrorCode::refused);
  });
}

TEST_CASE("a plan over what is missing is refused once something of it is done", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 30);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    succeed(inventory, acquire(inventory));
    CampaignOptions wanted;
    wanted.only_missing = true;
    wanted.filter = "weight > 0";
    const CampaignPlan plan = inventory.plan_campaign("job", "c", wanted);
    CHECK(ranges_of(plan) == Texts{"11-20/10", "21-30/10"});
    const Window window = inventory.apply_campaign("before", plan);
    CHECK(window.only_missing);
    CHECK(window.filter == "weight > 0");
    CHECK(acquire(inventory, in_campaign("before")).filter == "weight > 0");
    succeed(inventory, acquire(inventory));
    CHECK(has(refusal([&] { inventory.apply_campaign("c", plan); }).text, "range 11 to 20"));
  });
}

TEST_CASE("a plan that goes down is refused where anything came beside its ranges", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(2, 11);
    world.insert_range(13, 22);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    CampaignOptions wanted{"1", "30", {}};
    wanted.newest_first = true;
    const CampaignPlan plan = inventory.plan_campaign("job", "c", wanted);
    CHECK(ranges_of(plan) == Texts{"13-22/10", "2-11/10"});
    const auto told = [&](const CampaignPlan& one) {
      return refusal([&] { inventory.apply_campaign("c", one); }).text;
    };
    for (const auto& [key, what] : std::vector<std::pair<std::string, std::string>>{
             {"12", "key 12 stands behind range 2 to 11"},
             {"1", "key 1 stands behind the plan's last range"}}) {
      world.insert({{key}});
      CHECK(has(told(plan), what));
      world.erase(key);
    }
    world.erase("22");
    CHECK(has(told(plan), "range 13 to 22"));
    world.insert({{"22"}});
    CampaignPlan rising = plan;
    std::swap(rising.ranges[0], rising.ranges[1]);
    CHECK(has(told(rising), "key 13 stands behind range 2 to 11"));
    CampaignPlan twice = plan;
    twice.ranges.push_back(twice.ranges[1]);
    CHECK(has(told(twice), "out of order"));
    CHECK(inventory.list_windows("job").size() == 1);
    CHECK(told(plan).empty());
    inventory.set_window_state("job", "c", WindowState::cancelled);
    CHECK(acquired(inventory, in_campaign()) == "none");
  });
}

TEST_CASE("a plan of a version that the job does not have is refused", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 10);
    world.create_job(10);
    CampaignPlan plan = world.inventory().plan_campaign("job", "c", {});
    plan.window.only_missing = true;
    plan.window.missing_version = 7;
    const Refusal told = refusal([&] { world.inventory().apply_campaign("c", plan); });
    CHECK(has(told.text, "no version 7"));
  });
}

TEST_CASE("a plan whose job has another filter by now is refused, or hands out the same",
          "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 10);
    world.insert_range(11, 20, "b");
    world.create_job(10);
    Inventory& inventory = world.inventory();
    const CampaignPlan all = inventory.plan_campaign("job", "all", {});
    const CampaignPlan low = inventory.plan_campaign("job", "low", {{}, "10", {}});
    inventory.update_job("job", [](JobDefinition& changed) { changed.filter = "tag = 'a'"; });
    CHECK(has(refusal([&] { inventory.apply_campaign("all", all); }).text, "range 11 to 20"));
    inventory.apply_campaign("low", low);
    CHECK(handed_out(inventory, "low") == Texts{"1-10/10"});
  });
}

TEST_CASE("a plan that is none is refused, and the line is named", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 20);
    world.create_job(10);
    CampaignOptions wanted;
    wanted.halt_after = "5%";
    const std::string good = to_json(world.inventory().plan_campaign("job", "c", wanted));
    const auto read = [](const std::string& text) {
      return refusal([&] { campaign_plan_from_json(text, KeyType::integer); });
    };
    CHECK_FALSE(read(good).code);
    for (const auto& [part, other, told] : std::vector<std::array<std::string, 3>>{
             {"plan 1", "plan 2", "another format"},
             {"{\"format", "[\"format", "another format"},
             {"\"from\"", "\"until\"", "no 'from' in line 1"},
             {"\"from\":\"1\"", "\"from\":\"x\"", "\"x\" as 'from' in line 1"},
             {"\"job_version\":1", "\"job_version\":0", "0 as 'job_version' in line 1"},
             {"\"only_missing\":false", "\"only_missing\":0", "0 as 'only_missing' in line 1"},
             {"\"missing_version\":null", "\"missing_version\":1", "1 as 'missing_version'"},
             {"\"max_count\":null", "\"max_count\":0", "0 as 'max_count'"},
             {"\"max_count\":null", "\"max_count\":1.5", "1.5 as 'max_count'"},
             {"\"max_weight\":null", "\"max_weight\":-1", "-1.0 as 'max_weight'"},
             {"\"max_in_flight\":null", "\"max_in_flight\":9223372036854775808", "'max_in_flight'"},
             {"\"5%\"", "\"some\"", "\"some\" as 'halt_after'"},
             {"\"5%\"", "\"2\"", "\"2\" as 'halt_after'"},
             {"\"halt_count\":1", "\"halt_count\":null", "as 'halt_after'"},
             {"\"count\":10", "\"count\":\"ten\"", "\"ten\" as 'count' in line 2"},
             {"\"count\":10", "\"count\":0", "0 as 'count' in line 2"},
             {"\"count\":10", "\"count\":[10]", "an array as 'count' in line 2"},
             {"\"weight\":", "\"weight\":\"1\",\"w\":", "\"1\" as 'weight' in line 2"},
             {"\"last_key\":\"20\"", "\"last_key\":20", "20 as 'last_key' in line 3"},
             {"\"digest\":\"", "\"digest\":\"x", "as 'digest' in line 2"},
             {"\"ranges\":2", "\"ranges\":3", "has 2 ranges, and says in line 4 that it has 3"},
             {"{\"ranges\":2}\n", "", "ends with line 3"},
             {"{\"ranges\":2}\n", "{\"ranges\":2}\n{}\n", "goes on behind its last line, 4"},
             {"}\n{\"ranges", "\n{\"ranges", "no JSON object in line 3"}}) {
      INFO(part << " -> " << other);
      std::string text = good;
      REQUIRE(text.find(part) != std::string::npos);
      text.replace(text.find(part), part.size(), other);
      const Refusal answer = read(text);
      INFO(answer.text);
      CHECK(answer.code == ErrorCode::refused);
      CHECK(has(answer.text, told));
      CHECK(has(answer.text, "accepted is a file"));
    }
  });
}

TEST_CASE("a plan is told while it is made, and applied while it is read", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 25);
    world.create_job(10);
    std::string text;
    PlanWriter writer([&](std::string_view part) { text += part; });
    world.inventory().plan_campaign("job", "c", {}, writer);
    writer.finish();
    CHECK(text == to_json(world.inventory().plan_campaign("job", "c", {})));
    std::istringstream stream(text);
    PlanReader reader(stream, KeyType::integer);
    CHECK(reader.plan().ranges.empty());
    const auto count = [&] {
      int ranges = 0;
      reader.read_ranges([&](const PlannedRange&) { ++ranges; });
      return ranges;
    };
    CHECK(count() == 3);
    CHECK(count() == 3);
    world.inventory().apply_campaign(
        "c", reader.plan(), [&](const auto& each) { reader.read_ranges(each); });
    CHECK(handed_out(world.inventory(), "c") == Texts{"1-10/10", "11-20/10", "21-25/5"});
  });
}

TEST_CASE("the pace of a job is that of its batches that succeeded", "[store]") {
  on_every_store([](World& world) {
    world.insert({{"1", 2}, {"2", 4}, {"3", 6}, {"4", 8}});
    world.create_job(2);
    Inventory& inventory = world.inventory();
    CHECK_FALSE(inventory.pace_of("job").seconds_of(10, 10));
    const Batch batch = acquire(inventory);
    world.advance(std::chrono::seconds(12));
    succeed(inventory, batch);
    const Batch failed = acquire(inventory);
    world.advance(std::chrono::hours(1));
    fail(inventory, failed);
    const Pace pace = inventory.pace_of("job");
    CHECK(pace.seconds_per_asset == 6.0);
    CHECK(pace.seconds_per_weight == 2.0);
    CHECK(pace.seconds_of(2, 14) == 28.0);
    CHECK(pace.seconds_of(2, 0) == 12.0);
  });
}

}  // namespace tranche::test
