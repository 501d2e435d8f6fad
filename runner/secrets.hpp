#pragma once

#include <string>
#include <vector>

namespace tranche::runner {

/// A command line for the ledger, its secrets as "***": passwords of database URLs, and the values
/// of options and settings whose name says that they are secret (--token X, --api-key=X,
/// DB_PASSWORD=X, spark.hadoop.fs.s3a.secret.key=X).
std::vector<std::string> hide_secrets(const std::vector<std::string>& words);

}  // namespace tranche::runner
