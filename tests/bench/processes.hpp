#pragma once

#include <string>
#include <vector>

namespace tranche::bench {

/// Starts a program with its output thrown away and waits for it. Returns
/// milliseconds. Errors: ErrorCode::refused where it cannot be started or ends with another status
/// than 0.
double run_program(const std::vector<std::string>& argv);

/// The same, returning what it wrote to standard output.
std::string output_of(const std::vector<std::string>& argv);

/// Of tranche-bench.
std::string own_path();

}  // namespace tranche::bench
