#include "stress/horizon_mutants.hpp"
#include "stress/horizon_writers.hpp"
#include "support/seed.hpp"
#include "support/skip.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <fcntl.h>
#include <iostream>
#include <map>
#include <set>
#include <spawn.h>
#include <sys/wait.h>

namespace tranche::test {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kWriters = 20;
constexpr int kAcquirers = 8;

std::chrono::seconds length(int usual) {
  const char* asked = std::getenv("TRANCHE_STRESS_SECONDS");
  return std::chrono::seconds(asked != nullptr ? std::atoi(asked) : usual);
}

std::string url_of(const DatabaseUrl& where) {
  return where.kind() == DatabaseUrl::Kind::sqlite ? "sqlite:" + where.path() : where.conninfo();
}

/// The real clock, and a source that may be looked at in a wrong way.
Inventory open_inventory(const World& world, Mutant mutant) {
  auto store = world.store();
  store->set_clock(nullptr);
  return {std::move(store), [&world, mutant](const JobDefinition& definition) {
            return open_mutant(world, definition, mutant);
          }};
}

/// Takes batches and ends them in every way there is.
class Acquirers {
 public:
  Acquirers(const World& world, Mutant mutant, std::uint64_t seed)
      : world_(world), mutant_(mutant) {
    for (int number = 0; number < kAcquirers; ++number) {
      threads_.emplace_back([this, seed, number] {
        guarded(seed + static_cast<std::uint64_t>(number), &Acquirers::acquire);
      });
    }
    if (mutant == Mutant::none && std::getenv("TRANCHE_BINARY") != nullptr) {
      threads_.emplace_back([this, seed] { guarded(seed, &Acquirers::kill_commands); });
    }
  }
  ~Acquirers() { stop(); }

  void stop() {
    stop_ = true;
    for (std::thread& thread : threads_) {
      thread.join();
    }
    threads_.clear();
  }
  const std::vector<std::string>& errors() const { return errors_; }
  int killed() const { return killed_; }

 private:
  using Random = std::mt19937_64;

  void guarded(std::uint64_t seed, void (Acquirers::*work)(Random&)) {
    try {
      Random random(seed);
      (this->*work)(random);
    } catch (const std::exception& error) {
      const std::lock_guard guard(lock_);
      errors_.emplace_back(error.what());
    }
  }

  void acquire(Random& random) {
    Inventory inventory = open_inventory(world_, mutant_);
    while (!stop_) {
      AcquireOptions options;
      options.lease = kShortestLease;
      if (random() % 50 == 0) {
        // Takes back what is planned, and with it what was skipped: often, it would hide that.
        options.limits.max_count = 1 + static_cast<std::int64_t>(random() % 40);
      }
      const auto batch = inventory.acquire("job", options).batch;
      if (!batch) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        continue;
      }
      const auto luck = random() % 100;
      if (luck < 2) {
        // As if this process were killed.
        continue;
      }
      ReleaseRequest request;
      request.status = luck < 6    ? ReleaseRequest::Status::failed
                       : luck < 10 ? ReleaseRequest::Status::returned
                                   : ReleaseRequest::Status::succeeded;
      try {
        inventory.release(batch->id, batch->token, request);
      } catch (const Error& error) {
        if (error.code() != ErrorCode::lease_lost) {
          throw;
        }
      }
    }
  }

  void kill_commands(Random& random) {
    Inventory inventory = open_inventory(world_, mutant_);
    while (!stop_) {
      std::vector<std::string> words{
          "acquire", "--job", "job", "--lease", "1s", "--max-count", "9"};
      if (random() % 3 == 0) {
        words = {"tick"};
      } else if (random() % 2 == 0) {
        AcquireOptions options;
        options.lease = kShortestLease;
        if (const auto batch = inventory.acquire("job", options).batch) {
          words = {"release",
                   std::to_string(batch->id),
                   "--token",
                   batch->token,
                   "--status",
                   "succeeded"};
        }
      }
      kill_command(words, std::chrono::milliseconds(random() % 120));
    }
  }

  void kill_command(const std::vector<std::string>& words, std::chrono::milliseconds after) {
    std::vector<std::string> all{std::getenv("TRANCHE_BINARY"),
                                 "--db",
                                 url_of(world_.inventory_url()),
                                 "--schema",
                                 world_.schema()};
    all.insert(all.end(), words.begin(), words.end());
    std::vector<char*> arguments;
    for (std::string& word : all) {
      arguments.push_back(word.data());
    }
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    for (const int stream : {1, 2}) {
      posix_spawn_file_actions_addopen(&files, stream, "/dev/null", O_WRONLY, 0);
    }
    pid_t pid = 0;
    if (posix_spawn(&pid, arguments[0], &files, nullptr, arguments.data(), environ) != 0) {
      throw std::runtime_error("cannot start " + all[0]);
    }
    posix_spawn_file_actions_destroy(&files);
    std::this_thread::sleep_for(after);
    ::kill(pid, SIGKILL);
    int status = 0;
    ::waitpid(pid, &status, 0);
    killed_ += WIFSIGNALED(status) ? 1 : 0;
  }

  const World& world_;
  Mutant mutant_;
  std::atomic<bool> stop_ = false;
  std::atomic<int> killed_ = 0;
  std::mutex lock_;
  std::vector<std::string> errors_;
  std::vector<std::thread> threads_;
};

struct Verdict {
  int transactions = 0;
  int killed = 0;
  std::size_t committed = 0;
  int skipped = 0;
  int twice = 0;
  int strange = 0;    ///< in a batch, but never committed
  int overtaken = 0;  ///< what polling by id, every few milliseconds, would have skipped
  std::int64_t most_lag = 0;
  double mean_lag = 0;
  std::vector<std::string> errors;
};

std::set<std::int64_t> committed_keys(const World& world, std::int64_t after = 0) {
  std::set<std::int64_t> keys;
  const auto connection = sql::connect(world.source_url(), "test", false);
  const auto rows =
      connection->query({"keys", "SELECT key FROM " + world.table() + " WHERE key > $1"}, {after});
  while (rows->next()) {
    keys.insert(rows->integer(0));
  }
  return keys;
}

/// Looks on until the time is over.
void watch(const World& world, Mutant mutant, Clock::time_point end, Verdict& verdict) {
  Inventory inventory = open_inventory(world, mutant);
  std::set<std::int64_t> polled;
  std::int64_t looks = 0;
  std::int64_t lags = 0;
  while (Clock::now() < end) {
    const auto seen = committed_keys(world, polled.empty() ? 0 : *polled.rbegin());
    polled.insert(seen.begin(), seen.end());
    const Horizon horizon = inventory.tick("job");
    if (horizon.newest) {
      const std::int64_t settled = horizon.settled ? horizon.settled->number() : 0;
      const std::int64_t lag = horizon.newest->number() - settled;
      verdict.most_lag = std::max(verdict.most_lag, lag);
      lags += lag;
      ++looks;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  verdict.mean_lag = looks == 0 ? 0 : static_cast<double>(lags) / static_cast<double>(looks);
  for (const std::int64_t key : committed_keys(world)) {
    if (!polled.empty() && key < *polled.rbegin() && !polled.contains(key)) {
      ++verdict.overtaken;
    }
  }
}

/// Every committed key must be in exactly one batch that succeeded.
void judge(const World& world, Verdict& verdict) {
  Inventory inventory = open_inventory(world, Mutant::none);
  std::map<std::int64_t, int> times;
  std::vector<Batch> batches;
  inventory.list_batches("job", {}, "", [&](const Batch& batch) { batches.push_back(batch); });
  for (const Batch& batch : batches) {
    if (batch.status == BatchStatus::succeeded) {
      inventory.for_each_asset(batch, [&](const Asset& asset) { ++times[asset.key.number()]; });
    }
  }
  const auto committed = committed_keys(world);
  verdict.committed = committed.size();
  for (const std::int64_t key : committed) {
    verdict.skipped += times.contains(key) ? 0 : 1;
  }
  for (const auto& [key, count] : times) {
    verdict.twice += count > 1 ? 1 : 0;
    verdict.strange += committed.contains(key) ? 0 : 1;
  }
}

Verdict torture(const Setup& setup, Mutant mutant, std::chrono::seconds time) {
  const std::uint64_t chosen = chosen_seed(std::string(name_of(mutant)) + " on " + setup.name);
  World world(setup);
  partition_assets(world);
  JobDefinition wanted;
  wanted.table = world.table();
  wanted.key_column = "key";
  wanted.assume_unique = true;
  wanted.max_attempts = 1000;
  wanted.retry_delay = Duration::zero();
  wanted.limits.max_count = 20;
  inspect_source(world.source_url(), wanted);
  wanted.source = url_of(world.source_url());
  Inventory inventory = open_inventory(world, mutant);
  inventory.create_job("job", wanted);

  Verdict verdict;
  Writers writers(world, kWriters, chosen);
  Acquirers acquirers(world, mutant, chosen);
  watch(world, mutant, Clock::now() + time, verdict);
  writers.stop();
  const auto deadline = Clock::now() + std::chrono::seconds(60);
  while (inventory.backlog("job").count > 0 && Clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  acquirers.stop();
  CHECK(inventory.backlog("job").count == 0);
  verdict.transactions = writers.transactions();
  verdict.killed = acquirers.killed();
  verdict.errors = writers.errors();
  verdict.errors.insert(verdict.errors.end(), acquirers.errors().begin(), acquirers.errors().end());
  judge(world, verdict);
  std::cout << "  " << verdict.transactions << " transactions, " << verdict.committed
            << " keys, skipped " << verdict.skipped << ", twice " << verdict.twice << ", lag "
            << verdict.mean_lag << " keys (at most " << verdict.most_lag << "), overtaken "
            << verdict.overtaken << ", commands killed " << verdict.killed << std::endl;
  for (const std::string& error : verdict.errors) {
    UNSCOPED_INFO(error);
  }
  CHECK(verdict.errors.empty());
  CHECK(verdict.strange == 0);
  return verdict;
}

std::vector<Setup> tortured() {
  std::vector<Setup> over_postgres;
  for (const Setup& setup : setups()) {
    if (setup.source == Place::postgres) {
      over_postgres.push_back(setup);
    }
  }
  return over_postgres;
}

}  // namespace

TEST_CASE("no asset is skipped or handed out twice, whatever its writers and acquirers do",
          "[stress]") {
  for (const Setup& setup : tortured()) {
    const Verdict verdict = torture(setup, Mutant::none, length(6));
    CHECK(verdict.skipped == 0);
    CHECK(verdict.twice == 0);
    CHECK(verdict.overtaken > 0);
    CHECK(verdict.killed > 0);
  }
}

// A fault shows in the moment between two statements of a program; a sanitizer makes all others so
// slow that nothing happens in it.
#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
TEST_CASE("the torture finds out a horizon that is wrong", "[stress]") {
  for (const Setup& setup : tortured()) {
    if (setup.inventory != Place::postgres) {
      continue;
    }
    for (const Mutant mutant : {Mutant::newest_key, Mutant::tables_alone, Mutant::writers_first}) {
      int skipped = 0;
      for (int tries = 0; tries < 40 && skipped == 0; ++tries) {
        skipped = torture(setup, mutant, std::chrono::seconds(2)).skipped;
      }
      INFO(name_of(mutant));
      CHECK(skipped > 0);
    }
  }
}
#endif

}  // namespace tranche::test
