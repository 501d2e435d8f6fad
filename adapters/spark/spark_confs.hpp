#pragma once

#include "spark/spark_command.hpp"

#include <string>
#include <utility>
#include <vector>

namespace tranche::adapters {

using SparkConfs = std::vector<std::pair<std::string, std::string>>;

/// What tells an application and its executors of their batch, as far as the caller has not set it.
/// `environment`: the command's; neither the inventory's address nor the lease's token is taken.
SparkConfs spark_confs(const SparkCommand& command, const Environment& environment);

}  // namespace tranche::adapters
