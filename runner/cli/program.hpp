#pragma once

#include "tranche/adapter.hpp"

#include <string>
#include <vector>

namespace tranche::cli {

/// The program behind main(): reads the command line (without the program's name) and runs the
/// command. `adapters` are those that `run` can speak to. Returns the exit status; an Error or any
/// other exception has been told on standard error in one line.
int run_program(const std::vector<std::string>& arguments, const AdapterRegistry& adapters);

}  // namespace tranche::cli
