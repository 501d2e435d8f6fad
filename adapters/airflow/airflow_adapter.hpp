#pragma once

#include "tranche/adapter.hpp"

namespace tranche::adapters {

/// Apache Airflow: see README.md in this folder.
Adapter airflow_adapter();

/// AIRFLOW_CTX_LOGICAL_DATE, in Airflow 2 AIRFLOW_CTX_EXECUTION_DATE; empty where there is neither.
std::string airflow_logical_date(const Environment& environment);

/// Public for tests.
Identity airflow_identity(const Environment& environment);

}  // namespace tranche::adapters
