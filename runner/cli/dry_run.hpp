#pragma once

#include "cli/command.hpp"
#include "cli/output.hpp"
#include "loop/run_options.hpp"

namespace tranche::cli {

/// Prints what a run would do now: the batches that it would take, and the command over each. What
/// only the run itself makes stays a placeholder. Changes nothing.
/// Returns the exit status.
int dry_run(const Context& context, const runner::RunOptions& run, OutputFormat output);

}  // namespace tranche::cli
