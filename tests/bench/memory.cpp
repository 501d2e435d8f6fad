#include "assets.hpp"
#include "bench.hpp"
#include "processes.hpp"

namespace tranche::bench {

namespace {

constexpr double kMostMib = 24;

}  // namespace

Figures memory(const MemoryOptions& options) {
  const std::string table = "tranche_bench_assets_" + std::to_string(options.rows);
  const std::string job = "bench-memory-" + std::to_string(options.rows);
  make_assets(options.target, table, options.rows);
  {
    Inventory inventory = options.target.open();
    make_job(inventory, job, table, "", {});
    rewind(inventory, job);
  }
  const auto run = [&](const std::vector<std::string>& words) {
    std::vector<std::string> argv = {options.program,
                                     "--db",
                                     options.target.url().full(),
                                     "--schema",
                                     options.target.schema,
                                     "--log-level",
                                     "error"};
    argv.insert(argv.end(), words.begin(), words.end());
    return measured(argv);
  };
  // One that has nothing to do shows what the batch adds.
  const Measured idle =
      run({"run", "--job", job, "--retry", "only", "--summary", "-", "--", "/bin/true"});
  const Measured busy = run({"run", "--job", job, "--summary", "-", "--", "/bin/true"});
  return {{"bench", "memory"},
          {"yardstick", "24 MiB for a runner, whatever the batch"},
          {"ratio", rounded(busy.peak_mib / kMostMib)},
          {"peak_mib", busy.peak_mib},
          {"peak_mib_idle", idle.peak_mib},
          {"took_ms", rounded(busy.milliseconds)},
          {"count", Figures::parse(busy.output)["count"]}};
}

}  // namespace tranche::bench
