#pragma once

#include <string>
#include <vector>

namespace tranche::bench {

/// Starts a program with its output thrown away and waits for it. Returns
/// milliseconds. Errors: ErrorCode::refused where it cannot be started or ends with another status
/// than 0.
double run_program(const std::vector<std::string>& argv);

struct Measured {
  double milliseconds = 0;
  /// Of the program and its children, whichever had most at once. Never less than tranche-bench
  /// had itself when it started the program: the kernel counts that in.
  double peak_mib = 0;
  std::string output;  ///< what it wrote to standard output
};
/// The same.
Measured measured(const std::vector<std::string>& argv);

/// The same, returning the output alone.
std::string output_of(const std::vector<std::string>& argv);

}  // namespace tranche::bench
