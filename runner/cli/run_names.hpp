#pragma once

#include "cli/output.hpp"
#include "json/values.hpp"

#include "tranche/inventory.hpp"

#include <string>
#include <vector>

/// Who processed something, by the orchestrator's own names.
namespace tranche::cli {

/// The runs of all attempts, each once. Runs that were not recorded are left out.
runner::Json runs_of(Inventory& inventory, const std::vector<BatchHistory>& histories);

/// One of these by its identifier; null where it is not there.
runner::Json run_of(const runner::Json& runs, const runner::Json& run_id);

/// A run's names in one word or two: "daily.load manual__2026-01-01 try 2"; "-" where it has none.
std::string orchestrator_text(const runner::Json& run);

/// For listings of attempts that carry their run as "run"; empty where no run has a name.
std::vector<Column> orchestrator_columns(const runner::Json& runs);

/// A line for each run that an orchestrator has a page for; below a listing of attempts.
void print_links(const runner::Json& runs);

}  // namespace tranche::cli
