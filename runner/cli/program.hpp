#pragma once

#include <string>
#include <vector>

namespace tranche::cli {

/// The program behind main(): reads the command line (without the program's name) and runs the
/// command. Returns the exit status; an Error or any other exception has been told on standard
/// error in one line.
int run_program(const std::vector<std::string>& arguments);

}  // namespace tranche::cli
