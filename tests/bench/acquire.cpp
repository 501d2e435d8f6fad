#include "assets.hpp"
#include "bench.hpp"

#include "tranche/error.hpp"

#include <map>

namespace tranche::bench {

namespace {

/// One way of acquiring that is measured against every size of the backlog.
struct Way {
  std::string name;
  std::string filter;
  Limits limits;
};

const std::vector<Way>& ways() {
  static const std::vector<Way> all = {
      {"max_count_100", "", {100, std::nullopt}},
      {"max_weight_5000", "", {std::nullopt, 5000.0}},
      {"filter_1_percent", "kind = 42", {10, std::nullopt}},
      {"idle_poll", "kind = -1", {100, std::nullopt}},
  };
  return all;
}

/// Latency of acquires from a full backlog: when it runs dry, everything is handed out again.
Latencies measure(Inventory& inventory, const std::string& job, const Way& way, int acquires) {
  Latencies latencies;
  const bool idle = way.name == "idle_poll";
  rewind(inventory, job);
  // The first acquire reads the definition and opens the source.
  const auto first = inventory.acquire(job, {});
  if (first.batch) {
    inventory.release(first.batch->id, first.batch->token, {});
  }
  bool fresh = false;
  while (latencies.size() < static_cast<std::size_t>(acquires)) {
    const auto begun = Clock::now();
    const Acquired acquired = inventory.acquire(job, {});
    const double took = milliseconds_since(begun);
    if (acquired.batch) {
      inventory.release(acquired.batch->id, acquired.batch->token, {});
    }
    if (acquired.batch || idle) {
      latencies.push_back(took);
    } else if (fresh) {
      throw Error(ErrorCode::internal, "job " + job + " hands out nothing");
    }
    fresh = !acquired.batch && !idle;
    if (fresh) {
      rewind(inventory, job);
    }
  }
  return latencies;
}

}  // namespace

Figures acquire(const AcquireOptions& options) {
  Inventory inventory = options.target.open();
  std::map<std::string, std::vector<double>> medians;
  Figures sizes = Figures::array();
  for (const std::int64_t rows : options.rows) {
    const std::string table = "tranche_bench_assets_" + std::to_string(rows);
    make_assets(options.target, table, rows);
    Figures size = {{"rows", rows}};
    for (const Way& way : ways()) {
      const std::string job = "bench-" + std::to_string(rows) + "-" + way.name;
      make_job(inventory, job, table, way.filter, way.limits);
      const Latencies latencies = measure(inventory, job, way, options.acquires);
      size[way.name] = {{"p50_ms", median(latencies)},
                        {"p99_ms", percentile(latencies, 0.99)},
                        {"acquires", latencies.size()}};
      medians[way.name].push_back(median(latencies));
    }
    sizes.push_back(size);
  }
  Figures ratios;
  for (const auto& [name, values] : medians) {
    ratios[name] = rounded(values.back() / values.front());
  }
  return {
      {"bench", "acquire"},
      {"yardstick", "the smallest backlog: ratio is p50 at the last size over p50 at the first"},
      {"ratio", ratios},
      {"sizes", sizes}};
}

}  // namespace tranche::bench
