#include "source/describe.hpp"

#include "sql/queries.hpp"
#include "sql/row_reader.hpp"

#include "tranche/error.hpp"

#include <algorithm>
#include <strings.h>

namespace tranche::sql {
extern const std::string_view describe_sqlite;
#ifdef TRANCHE_POSTGRES
extern const std::string_view describe_postgres;
#endif
}  // namespace tranche::sql

namespace tranche::source {

namespace {

const sql::Queries& queries(sql::Dialect dialect) {
  static const sql::Queries sqlite(sql::describe_sqlite, {});
#ifdef TRANCHE_POSTGRES
  static const sql::Queries postgres(sql::describe_postgres, {});
  return dialect == sql::Dialect::sqlite ? sqlite : postgres;
#else
  static_cast<void>(dialect);
  return sqlite;
#endif
}

sql::Params params_of(const sql::QualifiedName& name) {
  return {name.schema.empty() ? sql::Param() : sql::Param(name.schema), name.name};
}

sql::Params params_of(const Table& table, const std::string& column) {
  sql::Params params = params_of(table.name);
  params.emplace_back(column);
  return params;
}

template <typename Items, typename Name>
std::string listed(const Items& items, const Name& name) {
  std::string text;
  for (const auto& item : items) {
    text += (text.empty() ? "" : ", ") + std::string(name(item));
  }
  return text.empty() ? "none" : text;
}

bool is_true(sql::Connection& connection, std::string_view query, const sql::Params& params) {
  const auto rows = connection.query(queries(connection.dialect())[query], params);
  return rows->next() && rows->integer(0) != 0;
}

}  // namespace

Table describe_table(sql::Connection& connection,
                     const std::string& name,
                     const std::string& where) {
  const sql::Queries& named = queries(connection.dialect());
  Table table;
  table.name = sql::parse_qualified(name);
  bool found = false;
  {
    const auto rows = connection.query(named["find_table"], params_of(table.name));
    if (rows->next()) {
      found = true;
      table.view = rows->integer(0) != 0;
      table.detail = rows->text(1);
      table.stored = {rows->text(2), rows->text(3)};
    }
  }
  if (!found) {
    std::vector<std::string> tables;
    const auto rows = connection.query(named["list_tables"]);
    while (rows->next()) {
      tables.push_back(rows->text(0));
    }
    throw Error(ErrorCode::refused,
                "table '" + name + "' not found in " + where + "; tables there: " +
                    listed(tables, [](const std::string& text) { return text; }));
  }
  const auto rows = connection.query(named["list_columns"], params_of(table.name));
  while (rows->next()) {
    sql::RowReader row(*rows);
    Column column;
    column.name = row.text();
    column.declared = row.text();
    column.base = row.text();
    column.needs_collate = row.flag();
    table.columns.push_back(std::move(column));
  }
  return table;
}

const Column& find_column(const Table& table, const std::string& name, const std::string& role) {
  const auto exact = std::find_if(
      table.columns.begin(), table.columns.end(), [&](const Column& c) { return c.name == name; });
  if (exact != table.columns.end()) {
    return *exact;
  }
  // Both databases take names without regard to case where they are not quoted.
  const auto loose = std::find_if(table.columns.begin(), table.columns.end(), [&](const Column& c) {
    return strcasecmp(c.name.c_str(), name.c_str()) == 0;
  });
  if (loose == table.columns.end()) {
    throw Error(ErrorCode::refused,
                "table '" + table.name.name + "' has no column '" + name + "' (given as the " +
                    role +
                    "); it has: " + listed(table.columns, [](const Column& c) { return c.name; }));
  }
  return *loose;
}

bool column_is_unique(sql::Connection& connection, const Table& table, const std::string& column) {
  return is_true(connection, "is_unique", params_of(table, column));
}

namespace {

OrderProof prove_sqlite(sql::Connection& connection, const Table& table, const Column& key) {
  if (!table.view && is_true(connection, "is_rowid", params_of(table, key.name))) {
    const bool never_reused = table.detail.find("AUTOINCREMENT") != std::string::npos ||
                              table.detail.find("autoincrement") != std::string::npos;
    return {KeyOrder::proved,
            never_reused ? "SQLite gives rising ids inside the one writer's transaction"
                         : "SQLite gives rising ids inside the one writer's transaction; without "
                           "AUTOINCREMENT the id of a deleted newest row is given again"};
  }
  return {KeyOrder::unproved,
          "keys are chosen by whoever inserts, so a lower one can appear after a higher one was "
          "handed out"};
}

/// Of the sequence alone; empty: keys rise in the order in which their transactions took them.
std::string why_not_rising(sql::RowReader& row) {
  const std::int64_t cache = row.integer();
  const std::int64_t increment = row.integer();
  const bool cycles = row.flag();
  const bool unlogged = row.flag();
  const bool only_sequence = row.maybe_integer().value_or(0) != 0;
  const bool only_identity = row.flag();
  if (!only_sequence) {
    return "the key's default is more than the next value of a sequence";
  }
  if (cache != 1) {
    return "the key's sequence has CACHE " + std::to_string(cache) +
           ": sessions hold keys back; ALTER SEQUENCE … CACHE 1 would prove the order";
  }
  if (increment < 1 || cycles) {
    return "the key's sequence does not only rise";
  }
  if (increment > 1 && !only_identity) {
    return "the key's sequence has INCREMENT " + std::to_string(increment) +
           ": an application that takes a number may use the keys up to the next one much later, "
           "as Hibernate does";
  }
  return unlogged ? "the key's sequence is unlogged: a crash sets it back to its start" : "";
}

/// Of the server and of all tables through which rows come; empty: their writers can be seen, and
/// take keys from the one sequence.
std::string why_unseen(sql::RowReader& row) {
  const bool standby = row.flag();
  const std::string replicated = row.text_or_empty();
  const std::string foreign = row.text_or_empty();
  const std::string other = row.text_or_empty();
  if (standby) {
    return "the source is a standby, where writers cannot be seen";
  }
  if (!replicated.empty()) {
    return "table '" + replicated + "' is filled by logical replication, in the order of commits";
  }
  if (!foreign.empty()) {
    return "'" + foreign + "' is a foreign table, whose writers cannot be seen";
  }
  return other.empty() ? ""
                       : "table '" + other +
                             "' has another default for the key, which rows that "
                             "are inserted through it get";
}

OrderProof prove_postgres(sql::Connection& connection, const Table& table, const Column& key) {
  const auto rows =
      connection.query(queries(connection.dialect())["key_sequence"], params_of(table, key.name));
  if (!rows->next() || (rows->text(0) != "r" && rows->text(0) != "p")) {
    return {KeyOrder::unproved,
            "the source is no ordinary table, so the database promises nothing of its keys"};
  }
  if (rows->is_null(1)) {
    return {
        KeyOrder::unproved,
        "no sequence gives the keys, so a lower one can appear after a higher one was handed out"};
  }
  sql::RowReader row(*rows, 1);
  const std::string not_rising = why_not_rising(row);
  const std::string why = not_rising.empty() ? why_unseen(row) : not_rising;
  return why.empty() ? OrderProof{KeyOrder::proved,
                                  "a sequence gives rising keys inside the writer's transaction"}
                     : OrderProof{KeyOrder::unproved, why};
}

}  // namespace

OrderProof prove_order(sql::Connection& connection, const Table& table, const Column& key) {
  return connection.dialect() == sql::Dialect::sqlite ? prove_sqlite(connection, table, key)
                                                      : prove_postgres(connection, table, key);
}

}  // namespace tranche::source
