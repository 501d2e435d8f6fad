#pragma once

#include "cli/output.hpp"

#include <vector>

namespace tranche::cli {

/// Columns of a listing of job_json() rows.
std::vector<Column> job_columns();
/// Of one job, a line each.
std::vector<Column> job_fields();

}  // namespace tranche::cli
