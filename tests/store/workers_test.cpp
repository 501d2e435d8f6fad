#include "store/model_oracle.hpp"
#include "store/world.hpp"
#include "support/seed.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <mutex>
#include <random>
#include <thread>

namespace tranche::test {

namespace {

constexpr int kWorkers = 6;
constexpr std::int64_t kAssets = 1200;

/// What the workers did, for the judge.
struct Record {
  std::mutex lock;
  std::map<std::int64_t, int>
      successes;  ///< by key: releases as succeeded that the inventory accepted
  std::vector<std::string> errors;
};

/// Takes batches, and ends them in every way there is, until there are none or the others have the
/// rest.
void work(const World& world, std::uint64_t seed, Record& record, const std::atomic<bool>& stop) {
  std::mt19937_64 random(seed);
  const auto chance = [&](int percent) { return static_cast<int>(random() % 100) < percent; };
  try {
    Inventory inventory = Inventory::open(world.inventory_url(), {world.schema(), false});
    while (!stop) {
      AcquireOptions options;
      options.lease = kShortestLease;
      options.retry = chance(70) ? RetryMode::first : RetryMode::last;
      const auto batch = inventory.acquire("job", options).batch;
      if (!batch || chance(3)) {
        // Nothing now, or a crash: the lease runs out.
        std::this_thread::yield();
        continue;
      }
      std::vector<std::int64_t> keys;
      inventory.for_each_asset(*batch,
                               [&](const Asset& asset) { keys.push_back(asset.key.number()); });
      ReleaseRequest request;
      try {
        inventory.heartbeat(batch->id, batch->token);
        if (chance(10)) {
          request.status = ReleaseRequest::Status::returned;
        } else if (chance(10)) {
          request.status = ReleaseRequest::Status::failed;
          // A single asset that is to be split is exhausted.
          request.exit_code = batch->count == 1 || chance(50) ? 1 : 137;
        }
        inventory.release(batch->id, batch->token, request);
      } catch (const Error& error) {
        if (error.code() != ErrorCode::lease_lost) {
          throw;
        }
        continue;
      }
      if (request.status == ReleaseRequest::Status::succeeded) {
        const std::lock_guard guard(record.lock);
        for (const std::int64_t key : keys) {
          ++record.successes[key];
        }
      }
    }
  } catch (const std::exception& error) {
    const std::lock_guard guard(record.lock);
    record.errors.emplace_back(error.what());
  }
}

}  // namespace

TEST_CASE("workers side by side hand every asset to exactly one success, though some crash",
          "[stress]") {
  on_every_sql_store([](World& world) {
    const std::uint64_t seed = chosen_seed();
    world.insert_range(1, kAssets);
    {
      Inventory inventory = Inventory::open(world.inventory_url(), {world.schema(), false});
      JobDefinition wanted = world.definition();
      wanted.limits.max_count = 5;
      wanted.max_attempts = 1000;
      wanted.on_exit = "137=split,*=retry";
      inventory.create_job("job", wanted);
    }
    Record record;
    std::atomic<bool> stop = false;
    std::vector<std::thread> workers;
    for (std::uint64_t i = 0; i < kWorkers; ++i) {
      workers.emplace_back([&, i] { work(world, seed + i, record, stop); });
    }
    Inventory inventory = Inventory::open(world.inventory_url(), {world.schema(), false});
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(50);
    std::int64_t last_key = kAssets;
    std::int64_t left = 1;
    while (left > 0 && std::chrono::steady_clock::now() < deadline) {
      // Assets arrive and the job changes while all that goes on.
      if (last_key < kAssets + 200) {
        world.insert_range(last_key + 1, last_key + 10);
        last_key += 10;
        inventory.update_job(
            "job", [&](JobDefinition& wanted) { wanted.limits.max_count = 3 + last_key % 5; });
      }
      left = inventory.backlog("job").count;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    stop = true;
    for (std::thread& worker : workers) {
      worker.join();
    }
    CHECK(record.errors.empty());
    for (const std::string& error : record.errors) {
      UNSCOPED_INFO(error);
    }
    const Backlog backlog = inventory.backlog("job");
    CHECK(backlog.count == 0);
    CHECK(record.successes.size() == static_cast<std::size_t>(last_key));
    int repeated = 0;
    for (const auto& [key, times] : record.successes) {
      repeated += times == 1 ? 0 : 1;
    }
    CHECK(repeated == 0);
    std::map<std::int64_t, std::int64_t> live;
    inventory.list_batches("job", {}, "", [&](const Batch& batch) {
      if (!batch.superseded) {
        live[batch.first_key->number()] = batch.last_key->number();
        CHECK(batch.status == BatchStatus::succeeded);
      }
    });
    std::int64_t next = 1;
    for (const auto& [first, last] : live) {
      CHECK(first == next);
      next = last + 1;
    }
    CHECK(next == last_key + 1);
  });
}

}  // namespace tranche::test
