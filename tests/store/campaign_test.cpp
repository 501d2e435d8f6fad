#include "store/world.hpp"

#include <catch2/catch.hpp>

namespace tranche::test {

using Texts = std::vector<std::string>;

namespace {

AcquireOptions in_campaign(const std::string& name) {
  AcquireOptions options;
  options.window = name;
  return options;
}

}  // namespace

TEST_CASE("a campaign hands out its bounds and nothing beyond", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 100);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    const Window window = inventory.create_campaign("job", "again", {"35", "52", {}});
    CHECK(window.kind == WindowKind::campaign);
    CHECK(window.lower->text() == "35");
    CHECK(window.upper->text() == "52");
    CHECK(acquired(inventory, in_campaign("again")) == "35-44/10");
    CHECK(acquired(inventory, in_campaign("again")) == "45-52/8");
    CHECK(acquired(inventory, in_campaign("again")) == "none");
    CHECK(acquired(inventory) == "1-10/10");
  });
}

TEST_CASE("a campaign's bounds default to the first and the newest key when it is created",
          "[store]") {
  on_every_store([](World& world) {
    world.insert_range(5, 20);
    world.create_job(100);
    Inventory& inventory = world.inventory();
    inventory.create_campaign("job", "all", {});
    world.insert_range(1, 4);
    world.insert_range(21, 30);
    CHECK(acquired(inventory, in_campaign("all")) == "5-20/16");
    CHECK(acquired(inventory, in_campaign("all")) == "none");
  });
}

TEST_CASE("a campaign may reach beyond the newest key", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 10);
    world.create_job(100);
    Inventory& inventory = world.inventory();
    inventory.create_campaign("job", "ahead", {"6", "15", {}});
    CHECK(acquired(inventory, in_campaign("ahead")) == "6-10/5");
    CHECK(acquired(inventory, in_campaign("ahead")) == "none");
    world.insert_range(11, 30);
    CHECK(acquired(inventory, in_campaign("ahead")) == "11-15/5");
    CHECK(acquired(inventory, in_campaign("ahead")) == "none");
  });
}

TEST_CASE("a campaign over an empty table needs both bounds", "[store]") {
  on_every_store([](World& world) {
    world.create_job(100);
    Inventory& inventory = world.inventory();
    CHECK(refusal([&] { inventory.create_campaign("job", "c", {}); }).code == ErrorCode::refused);
    inventory.create_campaign("job", "c", {"1", "5", {}});
    CHECK(acquired(inventory, in_campaign("c")) == "none");
    world.insert_range(1, 9);
    CHECK(acquired(inventory, in_campaign("c")) == "1-5/5");
  });
}

TEST_CASE("a campaign's own limits come before the job's and after the call's", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 100);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    inventory.create_campaign("job", "c", {{}, {}, {7, std::nullopt}});
    CHECK(acquired(inventory, in_campaign("c")) == "1-7/7");
    AcquireOptions two = in_campaign("c");
    two.limits.max_count = 2;
    CHECK(acquired(inventory, two) == "8-9/2");
  });
}

TEST_CASE("what is wrong with a campaign is refused", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 10);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    const auto create = [&](const std::string& name, const CampaignOptions& options) {
      return refusal([&] { inventory.create_campaign("job", name, options); });
    };
    CHECK(create("c", {"9", "3", {}}).code == ErrorCode::refused);
    CHECK(create("c", {"x", "3", {}}).code == ErrorCode::refused);
    CHECK(create("incremental", {}).code == ErrorCode::usage);
    CHECK(create("", {}).code == ErrorCode::usage);
    CHECK(create("two words", {}).code == ErrorCode::usage);
    CHECK(create("c", {}).code == std::nullopt);
    CHECK(create("c", {}).code == ErrorCode::refused);
    CHECK(refusal([&] { inventory.acquire("job", in_campaign("other")); }).code ==
          ErrorCode::not_found);
    CHECK(refusal([&] { inventory.find_window("job", "other"); }).code == ErrorCode::not_found);
    CHECK(inventory.list_windows("job").size() == 2);
  });
}

TEST_CASE("a paused or cancelled campaign hands out nothing and says so", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 30);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    inventory.create_campaign("job", "c", {});
    const Batch failed = acquire(inventory, in_campaign("c"));
    fail(inventory, failed);
    inventory.set_window_state("job", "c", WindowState::paused);
    CHECK(has(inventory.acquire("job", in_campaign("c")).note, "paused"));
    CHECK(inventory.backlog("job", "c").ready == 0);
    CHECK(inventory.plan("job", in_campaign("c"), 9).empty());
    CHECK(acquired(inventory) == "1-10/10");
    inventory.set_window_state("job", "c", WindowState::active);
    CHECK(acquire(inventory, in_campaign("c")).id == failed.id);
    inventory.set_window_state("job", "c", WindowState::cancelled);
    CHECK(has(inventory.acquire("job", in_campaign("c")).note, "cancelled"));
    CHECK(refusal([&] { inventory.set_window_state("job", "c", WindowState::active); }).code ==
          ErrorCode::refused);
    CHECK(refusal([&] {
            inventory.set_window_state("job", "incremental", WindowState::cancelled);
          }).code == ErrorCode::refused);
  });
}

TEST_CASE("windows of one job do not share batches", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 10);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    inventory.create_campaign("job", "c", {});
    fail(inventory, acquire(inventory, in_campaign("c")));
    CHECK(acquired(inventory, options(RetryMode::only)) == "none");
    CHECK(inventory.backlog("job", "c").failed == 1);
    CHECK(inventory.backlog("job").failed == 0);
    std::vector<Batch> listed;
    inventory.list_batches(
        "job", {}, "incremental", [&](const Batch& batch) { listed.push_back(batch); });
    CHECK(listed.empty());
    inventory.list_batches("job", {}, "", [&](const Batch& batch) { listed.push_back(batch); });
    CHECK(ranges_of(listed) == Texts{"1-10/10"});
  });
}

}  // namespace tranche::test
