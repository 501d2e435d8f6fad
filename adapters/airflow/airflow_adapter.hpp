#pragma once

#include "tranche/adapter.hpp"

namespace tranche::adapters {

/// Apache Airflow: see README.md in this folder.
Adapter airflow_adapter();

/// Public for tests.
Identity airflow_identity(const Environment& environment);

}  // namespace tranche::adapters
