#include "assets.hpp"
#include "bench.hpp"

#include "tranche/error.hpp"

#include <algorithm>

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

/// One size of the backlog, acquired from in one way.
struct Series {
  std::string job;
  Latencies latencies;
};

/// Of a stretch of acquires: sizes are measured in turns, so that what else the machine does hits
/// all alike.
constexpr std::size_t kStretch = 50;

/// Takes a stretch, from a full backlog on: when it runs dry, everything is handed out again.
void measure(Inventory& inventory, const Way& way, Series& series, std::size_t acquires) {
  const bool idle = way.name == "idle_poll";
  rewind(inventory, series.job);
  // The first acquire reads the definition and opens the source.
  const auto first = inventory.acquire(series.job, {});
  if (first.batch) {
    inventory.release(first.batch->id, first.batch->token, {});
  }
  bool fresh = false;
  while (series.latencies.size() < acquires) {
    const auto begun = Clock::now();
    const Acquired acquired = inventory.acquire(series.job, {});
    const double took = milliseconds_since(begun);
    if (acquired.batch) {
      inventory.release(acquired.batch->id, acquired.batch->token, {});
    }
    if (acquired.batch || idle) {
      series.latencies.push_back(took);
    } else if (fresh) {
      throw Error(ErrorCode::internal, "job " + series.job + " hands out nothing");
    }
    fresh = !acquired.batch && !idle;
    if (fresh) {
      rewind(inventory, series.job);
    }
  }
}

/// A series for each size.
std::vector<Series> measure(Inventory& inventory,
                            const AcquireOptions& options,
                            const std::vector<std::string>& tables,
                            const Way& way) {
  const Width width = options.narrow ? Width::narrow : Width::wide;
  std::vector<Series> all;
  for (const std::string& table : tables) {
    all.push_back({table + "-" + way.name, {}});
    make_job(inventory, all.back().job, table, way.filter, way.limits, width);
  }
  const auto wanted = static_cast<std::size_t>(options.acquires);
  for (std::size_t until = 0; until < wanted;) {
    until = std::min(until + kStretch, wanted);
    for (Series& series : all) {
      measure(inventory, way, series, until);
    }
  }
  return all;
}

}  // namespace

Figures acquire(const AcquireOptions& options) {
  Inventory inventory = options.target.open();
  std::vector<std::string> tables;
  Figures sizes = Figures::array();
  for (const std::int64_t rows : options.rows) {
    tables.push_back(
        make_assets(options.target, rows, options.narrow ? Width::narrow : Width::wide));
    sizes.push_back({{"rows", rows}});
  }
  Figures ratios;
  for (const Way& way : ways()) {
    const std::vector<Series> all = measure(inventory, options, tables, way);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const Latencies& latencies = all[i].latencies;
      sizes[i][way.name] = {{"p50_ms", median(latencies)},
                            {"p99_ms", percentile(latencies, 0.99)},
                            {"acquires", latencies.size()}};
    }
    ratios[way.name] = rounded(median(all.back().latencies) / median(all.front().latencies));
  }
  return {{"bench", "acquire"},
          {"yardstick",
           "the first backlog, in turns: ratio is p50 at the last size over p50 at the first"},
          {"ratio", ratios},
          {"sizes", sizes}};
}

}  // namespace tranche::bench
