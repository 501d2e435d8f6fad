#pragma once

#include "sql/connection.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tranche::sql {

struct Migration {
  int version;
  std::string name;
  std::string text;
};

/// Every migration of a dialect, oldest first.
std::vector<Migration> migrations(Dialect dialect, std::string_view schema);
int newest_schema_version();

/// 0: there is no inventory yet.
int schema_version(Connection& connection, std::string_view schema);

/// Brings the schema up to this program's version; returns the versions applied. Safe when several
/// start at once. Errors: ErrorCode::schema where the schema is newer than this program.
std::vector<int> migrate(Connection& connection, std::string_view schema);

/// Errors: ErrorCode::schema where the schema is newer or older than this program.
void check_schema_version(int version, std::string_view where);

/// A schema's name stands in literals as well as in identifiers, so it is a plain one. Errors:
/// usage.
void check_schema_name(std::string_view schema);

}  // namespace tranche::sql
