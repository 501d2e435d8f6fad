#include "store/world.hpp"

#include <catch2/catch.hpp>

namespace tranche::test {

using Texts = std::vector<std::string>;

namespace {

AcquireOptions in_campaign(const std::string& name = "c") {
  AcquireOptions options;
  options.window = name;
  return options;
}

CampaignOptions newest_first(std::optional<std::string> from = {},
                             std::optional<std::string> to = {}) {
  CampaignOptions options{std::move(from), std::move(to), {}};
  options.newest_first = true;
  return options;
}

}  // namespace

TEST_CASE("a campaign hands out its newest assets first where it asked for that", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 25);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    inventory.create_campaign("job", "c", newest_first());
    world.insert_range(26, 30);
    CHECK(inventory.backlog("job", "c").count == 25);
    CHECK(ranges_of(inventory.plan("job", in_campaign(), 9)) ==
          Texts{"16-25/10", "6-15/10", "1-5/5"});
    const Batch batch = acquire(inventory, in_campaign());
    CHECK(range_of(batch) == "16-25/10");
    CHECK(keys_of(inventory, batch).front() == "16");
    CHECK(inventory.find_window("job", "c").frontier == Key::integer(16));
    CHECK(inventory.backlog("job", "c").ready == 15);
    CHECK(acquired(inventory, in_campaign()) == "6-15/10");
    CHECK(acquired(inventory, in_campaign()) == "1-5/5");
    CHECK(acquired(inventory, in_campaign()) == "none");
    CHECK(inventory.find_window("job", "c").frontier == Key::integer(1));
    CHECK(inventory.backlog("job", "c").count == 25);
  });
}

TEST_CASE("limits by count and weight hold for ranges that are cut from the end", "[store]") {
  on_every_store([](World& world) {
    world.insert({{"1", 5}, {"2", 50}, {"3", 1}, {"4", 6}, {"5", 4}, {"6", 3}, {"7", 2}});
    JobDefinition wanted = world.definition();
    wanted.limits = {3, 10};
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    inventory.create_campaign("job", "c", newest_first());
    const Texts expected{"5-7/3", "3-4/2", "2-2/1", "1-1/1"};
    CHECK(ranges_of(inventory.plan("job", in_campaign(), 9)) == expected);
    for (const std::string& range : expected) {
      CHECK(acquired(inventory, in_campaign()) == range);
    }
  });
}

TEST_CASE("what comes back to a campaign that begins at its end goes out newest first", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 40);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    inventory.create_campaign("job", "c", newest_first());
    const Batch high = acquire(inventory, in_campaign());
    const Batch low = acquire(inventory, in_campaign());
    fail(inventory, high);
    release(inventory, low, ReleaseRequest::Status::returned);
    CHECK(ranges_of(inventory.plan("job", in_campaign(), 9)) ==
          Texts{"31-40/10", "21-30/10", "11-20/10", "1-10/10"});
    CHECK(acquire(inventory, in_campaign()).id == high.id);
    CHECK(acquire(inventory, in_campaign()).id == low.id);
    world.advance(std::chrono::hours(25));
    CHECK(acquire(inventory, in_campaign()).id == high.id);
  });
}

TEST_CASE("a campaign that begins at its end plans nothing ahead", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 100);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    inventory.create_campaign("job", "c", newest_first());
    AcquireOptions ahead = in_campaign();
    ahead.least_ahead = 3;
    CHECK(acquired(inventory, ahead) == "91-100/10");
    BatchFilter planned;
    planned.status = BatchStatus::planned;
    inventory.list_batches("job", planned, "c", [](const Batch&) { FAIL("planned ahead"); });
    inventory.update_job("job", [](JobDefinition& changed) { changed.max_attempts = 7; });
    CHECK(acquired(inventory, ahead) == "81-90/10");
  });
}

TEST_CASE("a campaign that begins at its end does not reach beyond the newest key", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 10);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    CHECK(inventory.create_campaign("job", "c", newest_first("3", "99")).upper == Key::integer(10));
    CHECK(refusal([&] { inventory.create_campaign("job", "d", newest_first("11", "99")); }).code ==
          ErrorCode::refused);
    CHECK(acquired(inventory, in_campaign()) == "3-10/8");
  });
}

TEST_CASE("a campaign that begins at its end says what it lacks where nothing is settled",
          "[store]") {
  on_every_store([](World& world) {
    world.create_job(10);
    Inventory& inventory = world.inventory();
    const auto told = [&](std::optional<std::string> from, std::optional<std::string> to) {
      const Refusal answer =
          refusal([&] { inventory.create_campaign("job", "c", newest_first(from, to)); });
      CHECK(answer.code == ErrorCode::refused);
      CHECK_FALSE(has(answer.text, "give --from and --to"));
      return answer.text;
    };
    CHECK(has(told({}, {}), "no settled key"));
    CHECK(has(told("1", "10"), "no settled key"));
    world.insert_range(1, 5);
    CHECK(has(told("6", "10"), "newest settled key 5, and its first key 6"));
  });
}

TEST_CASE("gaps and audit know what a campaign that begins at its end has passed", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 10);
    world.insert_range(12, 40);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    inventory.create_campaign("job", "c", newest_first());
    const auto gaps = [&] {
      Texts all;
      inventory.gaps("job", "c", [&](const Gap& gap) {
        all.push_back(gap.first_key.text() + "-" + gap.last_key.text());
      });
      return all;
    };
    Texts found;
    const auto note = [&](const AuditFinding& finding) {
      found.push_back(std::string(to_string(finding.kind)) + " " + finding.first_key.text());
    };
    AuditOptions wanted;
    wanted.window = "c";
    CHECK(inventory.audit("job", wanted, note).assets == 0);
    succeed(inventory, acquire(inventory, in_campaign()));
    succeed(inventory, acquire(inventory, in_campaign()));
    CHECK(gaps() == Texts{"1-20"});
    world.erase("25");
    world.insert_range(11, 11);
    CHECK(inventory.audit("job", wanted, note).assets == 19);
    CHECK(found == Texts{"vanished 25"});
    CHECK(acquired(inventory, in_campaign()) == "11-20/10");
    world.insert_range(25, 25);
    world.erase("30");
    wanted.repair = true;
    inventory.audit("job", wanted, note);
    inventory.set_window_state("job", "c", WindowState::cancelled);
    CHECK(gaps() == Texts{"1-20"});
  });
}

TEST_CASE("a filter that takes little does not stop a campaign that begins at its end", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 600, "b");
    world.insert({{"700"}, {"800"}});
    JobDefinition wanted = world.definition();
    wanted.filter = "tag = 'a'";
    wanted.limits.max_count = 1;
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    inventory.create_campaign("job", "c", newest_first());
    CHECK(acquired(inventory, in_campaign()) == "800-800/1");
    CHECK(acquired(inventory, in_campaign()) == "700-700/1");
    CHECK(acquired(inventory, in_campaign()) == "none");
    CHECK(inventory.find_window("job", "c").frontier == Key::integer(1));
  });
}

}  // namespace tranche::test
