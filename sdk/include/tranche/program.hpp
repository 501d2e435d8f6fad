#pragma once

#include "tranche/adapter.hpp"

/// The whole program `tranche` for one's own main(), which adds adapters in C++. What is declared
/// here is in the CMake target tranche::program, which brings tranche::sdk.
namespace tranche {

/// The adapters that come with tranche, in the order in which `--adapter auto` looks at them.
AdapterRegistry built_in_adapters();

/// What main() returns: reads the command line and does what it says. `adapters` are those that
/// --adapter knows. Errors are told on standard error. Does not return where threads that wait for
/// a server must be left behind: the process then ends with that status at once.
int run_program(int argc, char** argv, const AdapterRegistry& adapters);

}  // namespace tranche
