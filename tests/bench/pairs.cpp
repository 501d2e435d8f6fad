#include "assets.hpp"
#include "bench.hpp"

#include "tranche/error.hpp"

#include <atomic>
#include <barrier>
#include <thread>

namespace tranche::bench {

namespace {

constexpr std::int64_t kCount = 100;

/// What the clients share, and one client's share of the result.
struct Shared {
  std::atomic<bool> stop = false;
  std::atomic<bool> dry = false;
};
struct Result {
  Latencies latencies;
  std::int64_t errors = 0;
  std::string first_error;
  std::optional<Batch> held;  ///< from one pair to the next, as in a runner's loop
};

void one_pair(Inventory& inventory, const PairsOptions& options, Shared& shared, Result& result) {
  tranche::AcquireOptions wanted;
  wanted.default_lease = kRunnerLease;
  if (options.max_count > 0) {
    wanted.limits.max_count = options.max_count;
  }
  try {
    const auto begun = Clock::now();
    if (result.held) {
      const auto handed = inventory.release_and_acquire(*result.held, {}, wanted);
      result.held = handed.next ? handed.next->batch : std::nullopt;
    } else {
      result.held = inventory.acquire(options.job, wanted).batch;
    }
    if (!result.held) {
      shared.dry = true;
      shared.stop = true;
      return;
    }
    result.latencies.push_back(milliseconds_since(begun));
  } catch (const Error& error) {
    result.first_error = ++result.errors == 1 ? error.what() : result.first_error;
    shared.stop = shared.stop || error.action() != ErrorAction::retry;
  }
}

void prepare(const PairsOptions& options) {
  Inventory inventory = options.target.open();
  if (options.setup > 0) {
    make_assets(options.target, "tranche_bench_assets", options.setup);
    make_job(inventory, options.job, "tranche_bench_assets", "", {kCount, std::nullopt});
  }
  inventory.find_job(options.job);
}

}  // namespace

Figures pairs(const PairsOptions& options) {
  prepare(options);
  const auto clients = static_cast<std::size_t>(options.clients);
  std::vector<Result> results(clients);
  Shared shared;
  std::barrier ready(options.clients + 1);
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < clients; ++i) {
    threads.emplace_back([&, i] {
      std::optional<Inventory> inventory;
      try {
        inventory.emplace(options.target.open());
        // Opens the source: pgbench's rate leaves out the time to connect, too.
        inventory->tick(options.job);
      } catch (const Error& error) {
        results[i] = {{}, 1, error.what(), {}};
      }
      ready.arrive_and_wait();
      while (inventory && !shared.stop) {
        one_pair(*inventory, options, shared, results[i]);
      }
      if (results[i].held) {
        inventory->release(results[i].held->id, results[i].held->token, {});
      }
    });
  }
  ready.arrive_and_wait();
  const auto begun = Clock::now();
  while (!shared.stop && milliseconds_since(begun) < options.seconds * 1000) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  shared.stop = true;
  threads.clear();
  const double seconds = milliseconds_since(begun) / 1000;

  Latencies all;
  std::int64_t errors = 0;
  for (const Result& result : results) {
    all.insert(all.end(), result.latencies.begin(), result.latencies.end());
    errors += result.errors;
    if (!result.first_error.empty()) {
      say(result.first_error);
    }
  }
  if (shared.dry) {
    say("the backlog ran dry; the figures are for the time until then");
  }
  return {{"bench", "pairs"},
          {"yardstick",
           "tranche-bench least-sql on the same server (tests/bench/compare.sh runs both)"},
          {"pairs_per_second", rounded(static_cast<double>(all.size()) / seconds)},
          {"p50_ms", median(all)},
          {"p99_ms", percentile(all, 0.99)},
          {"max_ms", percentile(all, 1)},
          {"pairs", all.size()},
          {"clients", options.clients},
          {"seconds", rounded(seconds)},
          {"errors", errors},
          {"ran_dry", shared.dry.load()}};
}

}  // namespace tranche::bench
