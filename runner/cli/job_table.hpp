#pragma once

#include "cli/output.hpp"

#include "tranche/inventory.hpp"

#include <string>
#include <vector>

namespace tranche::cli {

/// Columns of a listing of job_json() rows.
std::vector<Column> job_columns();
/// Of one job, a line each.
std::vector<Column> job_fields();

/// The job as it is now. Errors: those of Inventory::find_job().
void show_job(Inventory& inventory, const std::string& name, OutputFormat output);

}  // namespace tranche::cli
