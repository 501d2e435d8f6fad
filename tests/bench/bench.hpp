#pragma once

#include "tranche/database_url.hpp"
#include "tranche/inventory.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

/// What the subcommands of tranche-bench share. Each states its yardstick and prints figures and
/// their ratio.
namespace tranche::bench {

using Figures = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

/// Where a subcommand measures.
struct Target {
  std::string db;
  std::string schema = "tranche";

  DatabaseUrl url() const { return DatabaseUrl::parse(db); }
  Inventory open() const { return Inventory::open(url(), {schema, true}); }
  bool postgres() const { return url().kind() == DatabaseUrl::Kind::postgres; }
};

/// Milliseconds that each call took.
using Latencies = std::vector<double>;

double milliseconds_since(Clock::time_point begun);
/// The value below which `share` (0 to 1) of them lie; 0 where there is none.
double percentile(Latencies latencies, double share);
double median(const Latencies& latencies);
/// Three significant decimals are more than such a measurement holds.
double rounded(double value);

/// A line on standard error: what is being prepared takes longer than what is measured.
void say(const std::string& line);

/// One line for each figure, or JSON.
void print(const Figures& figures, const std::string& format);

// The subcommands, with their options as fields.

struct PairsOptions {
  Target target;
  std::string job = "bench";
  int clients = 1;
  double seconds = 5;
  std::int64_t setup = 0;      ///< rows of a scratch table to make first, with the job
  std::int64_t max_count = 0;  ///< 0: the job's own limit
};
Figures pairs(const PairsOptions& options);

struct AcquireOptions {
  Target target;
  std::vector<std::int64_t> rows;
  int acquires = 300;
  bool narrow = false;  ///< rows without an item, for sizes that would not fit otherwise
};
Figures acquire(const AcquireOptions& options);

struct LoopOptions {
  Target target;
  std::string program = TRANCHE_BENCH_PROGRAM;  ///< tranche
  int iterations = 100;
  std::int64_t rows = 1'000'000;  ///< of the backlog
  std::string folder;             ///< for the file that is synced
};
Figures loop(const LoopOptions& options);

struct StartOptions {
  std::string program = TRANCHE_BENCH_PROGRAM;  ///< tranche
  int starts = 200;
};
Figures start(const StartOptions& options);

struct MemoryOptions {
  Target target;
  std::string program = TRANCHE_BENCH_PROGRAM;  ///< tranche
  std::int64_t rows = 1'000'000;
};
Figures memory(const MemoryOptions& options);

struct AuditOptions {
  Target target;
  std::string program = TRANCHE_BENCH_PROGRAM;  ///< tranche
  std::int64_t rows = 1'000'000;                ///< all of them handed out
  std::int64_t per_batch = 1'000'000;
};
Figures audit(const AuditOptions& options);

struct LedgerOptions {
  Target target;
  std::int64_t batches = 100'000;
  bool again = false;  ///< measure what an earlier call with as many batches left
  int repeats = 200;
};
Figures ledger(const LedgerOptions& options);

struct SizingOptions {
  std::uint64_t seed = 0;  ///< 0: drawn
  int seeds = 20;          ///< from that one on
  int batches = 400;       ///< of each
  int runners = 1;
};
Figures sizing(const SizingOptions& options);

struct LeastSqlOptions {
  Target target;
  std::string script;  ///< least_sql.pgbench
  int clients = 1;
  int seconds = 5;
  std::int64_t setup = 1'000'000;
  std::string protocol = "prepared";
};
Figures least_sql(const LeastSqlOptions& options);

}  // namespace tranche::bench
