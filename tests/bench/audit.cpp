#include "assets.hpp"
#include "bench.hpp"
#include "processes.hpp"
#include "sql/connection.hpp"

#include "tranche/error.hpp"

namespace tranche::bench {

namespace {

/// What one statement of an audit reads (audit/asset_stream.hpp).
constexpr std::int64_t kChunk = 8192;

/// Everything is handed out. Returns seconds.
double hand_out(Inventory& inventory, const std::string& job) {
  const auto begun = Clock::now();
  while (const auto batch = inventory.acquire(job, {}).batch) {
    inventory.release(batch->id, batch->token, {});
  }
  return milliseconds_since(begun) / 1000;
}

/// What any audit has to do: the driver reads each row's key and weight once, in key order and
/// chunks of the same size, and adds them up. Returns seconds.
double read_plainly(const Target& target, const std::string& table, std::int64_t rows) {
  const auto connection = sql::connect(target.url(), "source", false);
  connection->keep_prepared();
  const std::string mark = target.postgres() ? "$" : "?";
  const sql::Statement page{"page",
                            "SELECT id, NULL, weight FROM " + table + " WHERE id > " + mark +
                                "1 ORDER BY id LIMIT " + mark + "2"};
  const auto begun = Clock::now();
  std::int64_t last = 0;
  std::int64_t count = 0;
  double weight = 0;
  for (std::int64_t got = kChunk; got == kChunk;) {
    got = 0;
    sql::Transaction transaction(*connection, sql::Mode::read_only);
    for (const auto page_rows = connection->query(page, {last, kChunk}); page_rows->next(); ++got) {
      last = page_rows->integer(0);
      weight += page_rows->real(2);
    }
    count += got;
    transaction.commit();
  }
  if (count != rows || !(weight > 0)) {
    throw Error(ErrorCode::internal, table + " has " + std::to_string(count) + " rows");
  }
  return milliseconds_since(begun) / 1000;
}

double count_rows(const Target& target, const std::string& table) {
  const auto connection = sql::connect(target.url(), "source", false);
  const auto begun = Clock::now();
  connection->query({"count", "SELECT count(*) FROM " + table})->next();
  return milliseconds_since(begun) / 1000;
}

}  // namespace

Figures audit(const AuditOptions& options) {
  const Target& target = options.target;
  const std::string table = make_assets(target, options.rows, Width::narrow);
  const std::string job =
      "bench-audit-" + std::to_string(options.rows) + "-" + std::to_string(options.per_batch);
  double handed_out = 0;
  {
    Inventory inventory = target.open();
    make_job(inventory, job, table, "", {options.per_batch, std::nullopt}, Width::narrow);
    say("handing out " + std::to_string(options.rows) + " assets");
    handed_out = hand_out(inventory, job);
  }
  // First what reads all pages, so that neither of the two that are compared finds more of them in
  // memory.
  const double count = count_rows(target, table);
  const double plain = read_plainly(target, table, options.rows);
  const Measured audited = measured({options.program,
                                     "--db",
                                     target.url().full(),
                                     "--schema",
                                     target.schema,
                                     "audit",
                                     "--job",
                                     job,
                                     "-o",
                                     "json"});
  const double seconds = audited.milliseconds / 1000;
  const Figures totals = Figures::parse(audited.output);
  return {{"bench", "audit"},
          {"yardstick", "the same keys and weights read once by the driver, in the same chunks"},
          {"ratio", rounded(seconds / plain)},
          {"audit_seconds", rounded(seconds)},
          {"plain_read_seconds", rounded(plain)},
          {"count_seconds", rounded(count)},
          {"peak_mib", audited.peak_mib},
          {"hand_out_seconds", rounded(handed_out)},
          {"assets", totals["assets"]},
          {"ranges", totals["ranges"]}};
}

}  // namespace tranche::bench
