#include "assets.hpp"
#include "bench.hpp"
#include "processes.hpp"

#include "tranche/error.hpp"

namespace tranche::bench {

namespace {

constexpr const char* kTables = R"sql(
CREATE SCHEMA IF NOT EXISTS tranche_least;
CREATE TABLE IF NOT EXISTS tranche_least.cursor (id integer PRIMARY KEY, frontier bigint NOT NULL);
INSERT INTO tranche_least.cursor VALUES (1, 0) ON CONFLICT DO NOTHING;
CREATE TABLE IF NOT EXISTS tranche_least.batch (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, first_key bigint, last_key bigint,
  count bigint, weight double precision, status text NOT NULL);
)sql";

/// The number behind "tps = " in pgbench's report.
double rate_in(const std::string& report, const std::string& label) {
  const auto at = report.find(label);
  if (at == std::string::npos) {
    throw Error(ErrorCode::refused, "pgbench printed no '" + label + "'");
  }
  return std::stod(report.substr(at + label.size()));
}

}  // namespace

Figures least_sql(const LeastSqlOptions& options) {
  if (!options.target.postgres()) {
    throw Error(ErrorCode::refused, "least-sql runs pgbench; give --db a PostgreSQL URL");
  }
  make_assets(options.target, "tranche_bench_assets", options.setup);
  run_script(options.target, kTables);
  const std::string clients = std::to_string(options.clients);
  const std::string report = output_of({"pgbench",
                                        "-n",
                                        "-M",
                                        options.protocol,
                                        "-f",
                                        options.script,
                                        "-c",
                                        clients,
                                        "-j",
                                        clients,
                                        "-T",
                                        std::to_string(options.seconds),
                                        options.target.url().conninfo()});
  return {{"bench", "least-sql"},
          {"yardstick",
           "this is the yardstick: a row lock, a range read, an insert, two updates, two commits"},
          {"pairs_per_second", rounded(rate_in(report, "tps = "))},
          {"mean_ms", rounded(rate_in(report, "latency average = "))},
          {"protocol", options.protocol},
          {"clients", options.clients},
          {"seconds", options.seconds}};
}

}  // namespace tranche::bench
