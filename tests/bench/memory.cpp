#include "assets.hpp"
#include "bench.hpp"
#include "processes.hpp"

#include "tranche/error.hpp"

#include <fstream>

namespace tranche::bench {

namespace {

constexpr double kMostMib = 24;

double peak_mib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) {
      return rounded(std::stod(line.substr(6)) / 1024);
    }
  }
  throw Error(ErrorCode::internal, "/proc/self/status names no peak memory");
}

}  // namespace

Figures memory(const MemoryOptions& options) {
  const std::string table = "tranche_bench_assets_" + std::to_string(options.rows);
  // Filling the table is another process's memory.
  if (std::getenv("TRANCHE_BENCH_FILLED") == nullptr) {
    setenv("TRANCHE_BENCH_FILLED", "1", 1);
    make_assets(options.target, table, options.rows);
    return Figures::parse(output_of({own_path(),
                                     "memory",
                                     "--db",
                                     options.target.url().full(),
                                     "--schema",
                                     options.target.schema,
                                     "--rows",
                                     std::to_string(options.rows),
                                     "-o",
                                     "json"}));
  }
  Inventory inventory = options.target.open();
  const std::string job = "bench-memory-" + std::to_string(options.rows);
  make_job(inventory, job, table, "", {});
  rewind(inventory, job);
  const double before = peak_mib();
  const Acquired acquired = inventory.acquire(job, {});
  const double after_acquire = peak_mib();
  std::int64_t walked = 0;
  inventory.for_each_asset(*acquired.batch, [&](const Asset&) { ++walked; });
  const double after_walk = peak_mib();
  inventory.release(acquired.batch->id, acquired.batch->token, {});
  return {{"bench", "memory"},
          {"yardstick", "24 MiB for a runner, whatever the batch"},
          {"ratio", rounded(after_walk / kMostMib)},
          {"peak_mib", after_walk},
          {"peak_mib_before", before},
          {"peak_mib_after_acquire", after_acquire},
          {"count", acquired.batch->count},
          {"assets_walked", walked}};
}

}  // namespace tranche::bench
