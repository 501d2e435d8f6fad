#include "store/world.hpp"

#include <catch2/catch.hpp>

namespace tranche::test {

using Texts = std::vector<std::string>;
using std::chrono::minutes;

TEST_CASE("batches since a time are those acquired last, whichever number they have", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 40);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    const TimePoint begun = world.now();
    fail(inventory, acquire(inventory));
    acquire(inventory, options(RetryMode::none));
    world.advance(minutes(1));
    acquire(inventory, options(RetryMode::only));
    const auto list = [&](BatchFilter filter) {
      std::vector<Batch> batches;
      filter.since = begun;
      inventory.list_batches(
          "job", filter, "", [&](const Batch& batch) { batches.push_back(batch); });
      return ranges_of(batches);
    };
    CHECK(list({}) == Texts{"1-10/10", "11-20/10"});
    CHECK(list({.limit = 1}) == Texts{"1-10/10"});
    CHECK(list({.status = BatchStatus::processing, .limit = 1}) == Texts{"1-10/10"});
    for (const auto& batch : {inventory.find_batch(2), inventory.find_batch(1)}) {
      world.advance(minutes(1));
      inventory.cancel({batch.batch.id});
    }
    CHECK(list({.status = BatchStatus::cancelled, .limit = 1}) == Texts{"1-10/10"});
  });
}

TEST_CASE("batches are listed newest first, by window, status, time, run and number", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 40);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    AcquireOptions of_run = options(RetryMode::none);
    of_run.run_id = "r1";
    succeed(inventory, acquire(inventory, of_run));
    world.advance(minutes(1));
    const TimePoint later = world.now();
    fail(inventory, acquire(inventory, options(RetryMode::none)));
    acquire(inventory, options(RetryMode::none));
    const auto list = [&](const BatchFilter& filter) {
      std::vector<Batch> batches;
      inventory.list_batches(
          "job", filter, "incremental", [&](const Batch& batch) { batches.push_back(batch); });
      return ranges_of(batches);
    };
    CHECK(list({}) == Texts{"21-30/10", "11-20/10", "1-10/10"});
    CHECK(list(BatchFilter{.limit = 2}) == Texts{"21-30/10", "11-20/10"});
    CHECK(list(BatchFilter{.status = BatchStatus::failed}) == Texts{"11-20/10"});
    CHECK(list(BatchFilter{.since = later}) == Texts{"21-30/10", "11-20/10"});
    CHECK(list(BatchFilter{.since = later + Duration(1)}).empty());
    CHECK(list(BatchFilter{.run_id = "r1"}) == Texts{"1-10/10"});
    CHECK(refusal([&] { inventory.list_batches("job", {}, "c", [](const Batch&) {}); }).code ==
          ErrorCode::not_found);
    CHECK(refusal([&] { inventory.list_batches("no", {}, "", [](const Batch&) {}); }).code ==
          ErrorCode::not_found);
    CHECK(refusal([&] { inventory.find_batch(4711); }).code == ErrorCode::not_found);
  });
}

TEST_CASE("batches are listed by how long their last attempt took, one that goes on until now",
          "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 60);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    const auto taking = [&](int duration, bool success) {
      const Batch batch = acquire(inventory);
      world.advance(minutes(duration));
      return success ? succeed(inventory, batch) : fail(inventory, batch);
    };
    const std::int64_t quick = taking(1, true).id;
    const std::int64_t slow = taking(9, true).id;
    const std::int64_t failed = taking(20, false).id;
    CHECK(taking(2, true).id == failed);
    const std::int64_t middle = taking(5, true).id;
    const std::int64_t running = acquire(inventory).id;
    world.advance(minutes(4));
    const auto listed = [&](BatchFilter filter) {
      std::vector<std::int64_t> ids;
      filter.slowest = true;
      inventory.list_batches("job", filter, "", [&](const Batch& b) { ids.push_back(b.id); });
      return ids;
    };
    CHECK(listed({}) == std::vector{slow, middle, running, failed, quick});
    world.advance(minutes(2));
    CHECK(listed({.limit = 2}) == std::vector{slow, running});
    CHECK(listed({.status = BatchStatus::succeeded, .limit = 3}) ==
          std::vector{slow, middle, failed});
  });
}

TEST_CASE("the slowest batches are found among those that the other filters leave", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 60);
    JobDefinition wanted = world.definition();
    wanted.limits.max_count = 5;
    wanted.on_exit = "9=fail";
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    inventory.create_campaign("job", "again", {});
    const auto taking = [&](int duration, int exit_code, const std::string& window) {
      AcquireOptions of_window = options(RetryMode::none);
      of_window.window = window;
      const Batch batch = acquire(inventory, of_window);
      world.advance(minutes(duration));
      return fail(inventory, batch, exit_code).id;
    };
    const std::string plain(kIncremental);
    const std::int64_t given_up = taking(3, 9, plain);
    const std::int64_t waiting = taking(7, 1, plain);
    const TimePoint later = world.now();
    inventory.update_job("job", [](JobDefinition& changed) { changed.limits.max_count = 4; });
    const std::int64_t recent = taking(5, 9, plain);
    const std::int64_t again = taking(9, 9, "again");
    const std::vector<Job> versions = inventory.list_job_versions("job");
    const auto listed = [&](BatchFilter filter, const std::string& window = "") {
      std::vector<std::int64_t> ids;
      filter.slowest = true;
      inventory.list_batches("job", filter, window, [&](const Batch& b) { ids.push_back(b.id); });
      return ids;
    };
    CHECK(listed({}) == std::vector{again, waiting, recent, given_up});
    CHECK(listed({}, plain) == std::vector{waiting, recent, given_up});
    const BatchFilter exhausted{.status = BatchStatus::failed, .exhausted = true};
    CHECK(listed(exhausted) == std::vector{again, recent, given_up});
    CHECK(listed({.status = BatchStatus::failed, .exhausted = true, .limit = 2}, plain) ==
          std::vector{recent, given_up});
    CHECK(listed({.since = later}) == std::vector{again, recent});
    CHECK(listed({.version_id = versions.front().version_id}) == std::vector{waiting, given_up});
    CHECK(listed({.exhausted = true, .since = later, .limit = 1}) == std::vector{again});
  });
}

TEST_CASE("exhausted batches are listed apart from those that wait for a retry", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 30);
    JobDefinition wanted = world.definition();
    wanted.limits.max_count = 10;
    wanted.on_exit = "9=fail";
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    const TimePoint start = world.now();
    AcquireOptions of_run = options();
    of_run.run_id = "r1";
    const std::int64_t first = fail(inventory, acquire(inventory, of_run), 9).id;
    fail(inventory, acquire(inventory, of_run));
    const std::int64_t last = fail(inventory, acquire(inventory), 9).id;
    const auto listed = [&](BatchFilter filter) {
      std::vector<std::int64_t> ids;
      filter.status = BatchStatus::failed;
      filter.exhausted = true;
      inventory.list_batches("job", filter, "", [&](const Batch& b) { ids.push_back(b.id); });
      return ids;
    };
    CHECK(listed({}) == std::vector{last, first});
    CHECK(listed({.since = start}) == std::vector{last, first});
    CHECK(listed({.run_id = "r1"}) == std::vector{first});
    CHECK(listed({.limit = 1}) == std::vector{last});
  });
}

TEST_CASE("batches are listed by the job version that they were cut with", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 40);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    const Batch old = fail(inventory, acquire(inventory));
    inventory.update_job("job", [](JobDefinition& wanted) { wanted.limits.max_count = 5; });
    const std::vector<Job> versions = inventory.list_job_versions("job");
    REQUIRE(versions.size() == 2);
    CHECK(versions.front().definition.limits.max_count == 10);
    // A retried batch is still of the version that its range was cut with.
    CHECK(succeed(inventory, acquire(inventory)).id == old.id);
    const Batch recent = succeed(inventory, acquire(inventory));
    const auto listed = [&](std::int64_t version_id, std::optional<TimePoint> since = {}) {
      std::vector<std::int64_t> ids;
      BatchFilter filter;
      filter.version_id = version_id;
      filter.since = since;
      inventory.list_batches("job", filter, "", [&](const Batch& b) { ids.push_back(b.id); });
      return ids;
    };
    CHECK(listed(versions[0].version_id) == std::vector{old.id});
    CHECK(listed(versions[1].version_id) == std::vector{recent.id});
    CHECK(listed(versions[1].version_id, world.now() - minutes(1)) == std::vector{recent.id});
    CHECK(listed(0) == std::vector{recent.id, old.id});
    CHECK(refusal([&] { inventory.list_job_versions("none"); }).code == ErrorCode::not_found);
  });
}

}  // namespace tranche::test
