#include "sql/migrate.hpp"

#include "sql/queries.hpp"
#include "sql/sql_store.hpp"

#include "tranche/error.hpp"

#include <algorithm>
#include <chrono>

namespace tranche::sql {

extern const std::string_view migrate_sqlite;
extern const std::string_view migration_001_sqlite;
extern const std::string_view migration_002_sqlite;
extern const std::string_view migration_003_sqlite;
extern const std::string_view migration_004_sqlite;
extern const std::string_view migration_005_sqlite;
extern const std::string_view migration_006_sqlite;
extern const std::string_view migration_007_sqlite;
extern const std::string_view migration_008_sqlite;
extern const std::string_view migration_009_sqlite;
extern const std::string_view migration_010_sqlite;
#ifdef TRANCHE_POSTGRES
extern const std::string_view migrate_postgres;
extern const std::string_view migration_001_postgres;
extern const std::string_view migration_002_postgres;
extern const std::string_view migration_003_postgres;
extern const std::string_view migration_004_postgres;
extern const std::string_view migration_005_postgres;
extern const std::string_view migration_006_postgres;
extern const std::string_view migration_007_postgres;
extern const std::string_view migration_008_postgres;
extern const std::string_view migration_009_postgres;
extern const std::string_view migration_010_postgres;
#endif

namespace {

// For a lock that others hold: they migrate.
constexpr auto kTryFor = std::chrono::seconds(30);

struct Source {
  int version;
  const char* name;
  std::string_view sqlite;
  std::string_view postgres;
};

std::vector<Source> sources() {
#ifdef TRANCHE_POSTGRES
  return {{1, "pre_first_schema", migration_001_sqlite, migration_001_postgres},
          {2, "pre_horizon", migration_002_sqlite, migration_002_postgres},
          {3, "pre_newest_batches", migration_003_sqlite, migration_003_postgres},
          {4, "pre_wide_ledger", migration_004_sqlite, migration_004_postgres},
          {5, "pre_plan_ahead", migration_005_sqlite, migration_005_postgres},
          {6, "pre_planned_limits", migration_006_sqlite, migration_006_postgres},
          {7, "pre_run_identity", migration_007_sqlite, migration_007_postgres},
          {8, "pre_campaigns", migration_008_sqlite, migration_008_postgres},
          {9, "pre_sizes", migration_009_sqlite, migration_009_postgres},
          {10, "pre_narrow_campaigns", migration_010_sqlite, migration_010_postgres}};
#else
  return {{1, "pre_first_schema", migration_001_sqlite, {}},
          {2, "pre_horizon", migration_002_sqlite, {}},
          {3, "pre_newest_batches", migration_003_sqlite, {}},
          {4, "pre_wide_ledger", migration_004_sqlite, {}},
          {5, "pre_plan_ahead", migration_005_sqlite, {}},
          {6, "pre_planned_limits", migration_006_sqlite, {}},
          {7, "pre_run_identity", migration_007_sqlite, {}},
          {8, "pre_campaigns", migration_008_sqlite, {}},
          {9, "pre_sizes", migration_009_sqlite, {}},
          {10, "pre_narrow_campaigns", migration_010_sqlite, {}}};
#endif
}

std::map<std::string, std::string> placeholders(Dialect dialect, std::string_view schema) {
  return {{"prefix", table_prefix(dialect, schema)}, {"schema", std::string(schema)}};
}

Queries queries(Dialect dialect, std::string_view schema) {
#ifdef TRANCHE_POSTGRES
  if (dialect == Dialect::postgres) {
    return {migrate_postgres, placeholders(dialect, schema)};
  }
#endif
  return {migrate_sqlite, placeholders(dialect, schema)};
}

std::int64_t integer_of(Connection& connection, const Statement& statement) {
  const auto rows = connection.query(statement);
  return rows->next() ? rows->integer(0) : 0;
}

}  // namespace

int newest_schema_version() {
  return sources().back().version;
}

std::vector<Migration> migrations(Dialect dialect, std::string_view schema) {
  std::vector<Migration> result;
  for (const Source& source : sources()) {
    const std::string_view text = dialect == Dialect::sqlite ? source.sqlite : source.postgres;
    result.push_back(
        {source.version, source.name, fill_placeholders(text, placeholders(dialect, schema))});
  }
  return result;
}

int schema_version(Connection& connection, std::string_view schema) {
  const Queries named = queries(connection.dialect(), schema);
  if (integer_of(connection, named["migration_table"]) == 0) {
    return 0;
  }
  return static_cast<int>(integer_of(connection, named["schema_version"]));
}

namespace {

std::vector<int> apply_missing(Connection& connection, std::string_view schema) {
  const Queries named = queries(connection.dialect(), schema);
  Transaction transaction(connection);
  connection.script(named["create_migration_table"]);
  const auto version = static_cast<int>(integer_of(connection, named["schema_version"]));
  if (version > newest_schema_version()) {
    check_schema_version(version, "the inventory");
  }
  std::vector<int> applied;
  for (const Migration& migration : migrations(connection.dialect(), schema)) {
    if (migration.version > version) {
      connection.execute(named["insert_migration"],
                         {std::int64_t{migration.version}, migration.name});
      connection.script({migration.name, migration.text});
      applied.push_back(migration.version);
    }
  }
  transaction.commit();
  return applied;
}

}  // namespace

std::vector<int> migrate(Connection& connection, std::string_view schema) {
  const auto begun = std::chrono::steady_clock::now();
  // Who may not create anything learns that there is nothing to do.
  while (schema_version(connection, schema) != newest_schema_version()) {
    try {
      return apply_missing(connection, schema);
    } catch (const Error& error) {
      if (error.action() != ErrorAction::retry ||
          std::chrono::steady_clock::now() - begun > kTryFor) {
        throw;
      }
    }
  }
  return {};
}

void check_schema_version(int version, std::string_view where) {
  const int newest = newest_schema_version();
  if (version > newest) {
    throw Error(ErrorCode::schema,
                std::string(where) + " has schema version " + std::to_string(version) +
                    ", newer than the version " + std::to_string(newest) +
                    " of this program; use a newer tranche");
  }
  if (version < newest) {
    throw Error(ErrorCode::schema,
                std::string(where) + " has schema version " + std::to_string(version) +
                    ", this program needs " + std::to_string(newest) +
                    "; run 'tranche db migrate'");
  }
}

void check_schema_name(std::string_view schema) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  if (schema.empty() || schema.size() > 63 || !std::all_of(schema.begin(), schema.end(), plain)) {
    throw Error(ErrorCode::usage,
                "'" + std::string(schema) +
                    "' is no usable schema name; accepted are up to 63 letters, digits and _");
  }
}

}  // namespace tranche::sql
