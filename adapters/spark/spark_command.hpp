#pragma once

#include "tranche/adapter.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tranche::adapters {

/// What a command line of spark-submit says of the place where it runs.
struct SparkCommand {
  enum class Manager { local, standalone, yarn, kubernetes, other };
  Manager manager = Manager::local;
  bool cluster = false;  ///< the driver runs in the cluster, and not in this command
  bool inherited =
      false;  ///< executors are this command's threads or children, with its environment
  /// What its caller has set, be it by --conf, an option of its own, or a file of properties.
  Environment confs;

  std::string conf(std::string_view name) const { return variable(confs, name); }
};

/// By the name of the program: spark-submit, spark3-submit or spark-sql, in whatever folder.
bool is_spark_command(const std::vector<std::string>& command);

/// Empty: it runs no application (--status, --kill, --version, --help). `environment`: where
/// spark-defaults.conf is.
std::optional<SparkCommand> read_spark_command(const std::vector<std::string>& arguments,
                                               const Environment& environment);

}  // namespace tranche::adapters
