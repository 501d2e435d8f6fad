#pragma once

#include <string>
#include <vector>

namespace tranche {

/// Which roles of PostgreSQL may do what with one inventory. An empty name: no such role.
struct Roles {
  std::string operators;  ///< reads and writes the inventory's rows; no tables of its own
  std::string readers;    ///< for dashboards: reads the inventory
};

/// SQL for psql, to be run by the owner of the inventory; makes what is missing, and is harmless
/// the second time.
/// Errors: ErrorCode::usage or refused where a name is no usable one.
std::string inventory_grants(const Roles& roles, const std::string& schema);

/// SQL that lets the same roles read source tables ("SCHEMA.TABLE" or "TABLE") of one database.
std::string source_grants(const Roles& roles, const std::vector<std::string>& tables);

}  // namespace tranche
