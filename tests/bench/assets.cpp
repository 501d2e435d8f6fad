#include "assets.hpp"

#include "sql/connection.hpp"

#include "tranche/error.hpp"

namespace tranche::bench {

namespace {

/// Row `n` of a table: its columns, and what they hold.
struct Shape {
  std::string columns;
  std::string values;
};

Shape shape(bool postgres, Width width) {
  const bool narrow = width == Width::narrow;
  const std::string small = postgres ? "smallint" : "integer";
  const std::string item = narrow ? "" : "item text NOT NULL, ";
  const std::string weight = (narrow ? small : "bigint") + " NOT NULL, kind ";
  return {item + "weight " + weight + (narrow ? small : "integer") + " NOT NULL",
          (narrow ? "" : "'/data/day/' || n || '.parquet', ") +
              std::string("1 + n * 7919 % 99, n % 100")};
}

std::string create_text(bool postgres, const std::string& table, Width width) {
  return "CREATE TABLE " + table +
         (postgres ? " (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
                   : " (id INTEGER PRIMARY KEY AUTOINCREMENT, ") +
         shape(postgres, width).columns + ")";
}

std::string fill_text(bool postgres, const std::string& table, std::int64_t rows, Width width) {
  const std::string count = std::to_string(rows);
  const std::string into = "INSERT INTO " + table +
                           (width == Width::narrow ? " (weight, kind)" : " (item, weight, kind)") +
                           " SELECT " + shape(postgres, width).values + " FROM ";
  return postgres ? into + "generate_series(1::bigint, " + count + ") AS n"
                  : "WITH RECURSIVE series (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series "
                    "WHERE n < " +
                        count + ") " + into + "series";
}

bool has_rows(sql::Connection& connection, const std::string& table, std::int64_t rows) {
  try {
    const auto found = connection.query({"count", "SELECT max(id) FROM " + table}, {});
    return found->next() && found->maybe_integer(0) == rows;
  } catch (const Error& error) {
    if (error.code() == ErrorCode::unreachable) {
      throw;
    }
    return false;
  }
}

}  // namespace

std::string make_assets(const Target& target, std::int64_t rows, Width width) {
  const std::string table =
      (width == Width::narrow ? "tranche_bench_narrow_" : "tranche_bench_assets_") +
      std::to_string(rows);
  make_assets(target, table, rows, width);
  return table;
}

void make_assets(const Target& target, const std::string& table, std::int64_t rows, Width width) {
  const auto connection = sql::connect(target.url(), "source", true);
  if (has_rows(*connection, table, rows)) {
    return;
  }
  say("filling " + table + " with " + std::to_string(rows) + " rows");
  const bool postgres = target.postgres();
  {
    sql::Transaction transaction(*connection);
    connection->script({"drop", "DROP TABLE IF EXISTS " + table});
    connection->script({"create", create_text(postgres, table, width)});
    connection->script({"fill", fill_text(postgres, table, rows, width)});
    connection->script({"index", "CREATE INDEX " + table + "_kind ON " + table + " (kind, id)"});
    transaction.commit();
  }
  connection->script({"settle", postgres ? "VACUUM ANALYZE " + table : "ANALYZE " + table});
}

void make_job(Inventory& inventory,
              const std::string& job,
              const std::string& table,
              const std::string& filter,
              const Limits& limits,
              Width width) {
  JobDefinition definition;
  definition.table = table;
  definition.key_column = "id";
  if (width == Width::wide) {
    definition.item_column = "item";
  }
  definition.weight_column = "weight";
  definition.filter = filter;
  definition.limits = limits;
  inventory.apply_job(job, definition);
}

void rewind(Inventory& inventory, const std::string& job) {
  if (inventory.find_window(job, std::string(kIncremental)).frontier) {
    inventory.reset(job, "1");
  }
}

void run_script(const Target& target, const std::string& text) {
  sql::connect(target.url(), "source", true)->script({"bench", text});
}

}  // namespace tranche::bench
