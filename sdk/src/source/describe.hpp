#pragma once

#include "sql/connection.hpp"

#include "tranche/types.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tranche::source {

struct Column {
  std::string name;
  std::string declared;  ///< as people write it: "timestamp with time zone"
  std::string base;      ///< PostgreSQL: pg_type's name; SQLite: the declared type in capitals
  bool needs_collate = false;
};

struct Table {
  sql::QualifiedName name;
  sql::QualifiedName stored;  ///< as the database has it; SQLite: schema main
  bool view = false;
  std::string detail;  ///< PostgreSQL: relkind; SQLite: the statement that created it
  std::vector<Column> columns;
};

/// Errors: refused, naming the tables that there are.
Table describe_table(sql::Connection& connection,
                     const std::string& name,
                     const std::string& where);

/// Errors: refused, naming the columns that there are. `role` says what the column was given for:
/// "key".
const Column& find_column(const Table& table, const std::string& name, const std::string& role);

bool column_is_unique(sql::Connection& connection, const Table& table, const std::string& column);

struct OrderProof {
  KeyOrder order = KeyOrder::unproved;
  std::string reason;
};
OrderProof prove_order(sql::Connection& connection, const Table& table, const Column& key);

}  // namespace tranche::source
