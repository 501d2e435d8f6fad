#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace tranche::adapters::openlineage {

/// A dataset's two names, as OpenLineage's page on naming has them.
struct DatasetName {
  std::string space;
  std::string name;
};

/// The source table: postgres://HOST:PORT and DATABASE.SCHEMA.TABLE, or sqlite:/FILE and TABLE,
/// which is what Spark makes of the JDBC address. `host` stands for a Unix socket.
DatasetName source_name(const nlohmann::json& source, const std::string& host);

/// Of an address as a command writes it: s3://bucket/key, postgres://host:5432/db.schema.table,
/// /a/path. What could be a secret (user, password, query) is left out.
DatasetName named_by_address(const std::string& address);

/// What the outputs of a command say it wrote (README.md), as output datasets with statistics.
nlohmann::json output_datasets(const nlohmann::json& outputs);

}  // namespace tranche::adapters::openlineage
