#pragma once

#include "tranche/adapter.hpp"

namespace tranche::adapters {

/// Spark's spark-submit and spark-sql: see README.md in this folder.
Adapter spark_adapter();

}  // namespace tranche::adapters
