#include "store/world.hpp"

#include <catch2/catch.hpp>

#include <set>

namespace tranche::test {

using std::chrono::seconds;

namespace {

std::vector<Duration> delays(World& world, const JobDefinition& wanted) {
  world.create_job(wanted);
  Inventory& inventory = world.inventory();
  std::vector<Duration> found;
  for (int attempt = 1; attempt < wanted.max_attempts; ++attempt) {
    const Batch after = fail(inventory, acquire(inventory));
    found.push_back(*after.available_at - world.now());
    world.advance(found.back());
  }
  return found;
}

}  // namespace

TEST_CASE("an exponential retry delay doubles up to its end, and up to a quarter more", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 10);
    JobDefinition wanted = world.definition();
    wanted.max_attempts = 8;
    wanted.retry_delay = seconds(30);
    wanted.retry_backoff = RetryBackoff::exponential;
    wanted.max_retry_delay = seconds(300);
    const auto found = delays(world, wanted);
    Duration expected = seconds(30);
    int exact = 0;
    for (const Duration delay : found) {
      CHECK(delay >= expected);
      CHECK(delay <= expected * 5 / 4);
      exact += delay == expected ? 1 : 0;
      expected = std::min<Duration>(expected * 2, seconds(300));
    }
    CHECK(exact < static_cast<int>(found.size()));
  });
}

TEST_CASE("batches that fail together do not come back together where the delay grows", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 20);
    JobDefinition wanted = world.definition();
    wanted.limits.max_count = 1;
    wanted.retry_delay = seconds(60);
    wanted.retry_backoff = RetryBackoff::exponential;
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    std::set<TimePoint> times;
    for (int i = 0; i < 20; ++i) {
      times.insert(*fail(inventory, acquire(inventory)).available_at);
    }
    CHECK(times.size() > 15);
  });
}

TEST_CASE("a retry delay that is longer than the longest stays", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 10);
    JobDefinition wanted = world.definition();
    wanted.retry_delay = seconds(100);
    wanted.retry_backoff = RetryBackoff::exponential;
    wanted.max_retry_delay = seconds(10);
    for (const Duration delay : delays(world, wanted)) {
      CHECK(delay >= seconds(100));
      CHECK(delay <= seconds(125));
    }
  });
}

TEST_CASE("a campaign is paused once its error budget is spent", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 100);
    JobDefinition wanted = world.definition();
    wanted.limits.max_count = 2;
    wanted.on_exit = "*=fail";
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    CampaignOptions campaign;
    campaign.from = "11";
    campaign.halt_after = "5%";
    CHECK(inventory.create_campaign("job", "c", campaign).halt_count == 5);
    AcquireOptions options;
    options.window = "c";
    const auto state = [&] { return inventory.find_window("job", "c").state; };
    fail(inventory, acquire(inventory, options));
    succeed(inventory, acquire(inventory, options));
    const Batch repaired = fail(inventory, acquire(inventory, options));
    CHECK(state() == WindowState::active);
    inventory.retry("job", {repaired.id});
    succeed(inventory, acquire(inventory, options));
    fail(inventory, acquire(inventory, options));
    CHECK(state() == WindowState::active);
    const Batch last = fail(inventory, acquire(inventory, options));
    CHECK(state() == WindowState::paused);
    const std::string reason = inventory.find_window("job", "c").state_reason;
    CHECK(has(reason, "batch " + std::to_string(last.id)));
    CHECK(has(reason, "6 assets have failed for good"));
    CHECK(has(reason, "5%"));
    const Acquired refused = inventory.acquire("job", options);
    CHECK_FALSE(refused.batch);
    CHECK(has(refused.note, "--halt-after"));
    // The daily work goes on.
    CHECK(acquired(inventory) == "1-2/2");
  });
}

TEST_CASE("an error budget may be a number, and a lease that ended spends it too", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 10);
    JobDefinition wanted = world.definition();
    wanted.max_attempts = 1;
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    CampaignOptions campaign;
    campaign.halt_after = "1";
    inventory.create_campaign("job", "c", campaign);
    AcquireOptions options;
    options.window = "c";
    options.lease = seconds(10);
    acquire(inventory, options);
    world.advance(seconds(11));
    CHECK(acquired(inventory, options) == "none");
    CHECK(inventory.find_window("job", "c").state == WindowState::paused);
  });
}

TEST_CASE("an error budget is a share up to all, or a number from 1", "[store]") {
  for (const char* text : {"", "%", "0%", "101%", "-1", "0", "5 %", "five", "1.5", "5%%", "nan%"}) {
    const Refusal said = refusal([&] { check_halt_after(text); });
    CHECK(said.code == ErrorCode::usage);
    CHECK(has(said.text, "--halt-after: '"));
  }
  check_halt_after("0.1%");
  check_halt_after("100%");
  check_halt_after("1");
}

}  // namespace tranche::test
