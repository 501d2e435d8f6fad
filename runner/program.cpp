#include "tranche/program.hpp"

#include "cli/program.hpp"
#include "process/apart.hpp"
#include "process/file_descriptor.hpp"

#include <cstdio>
#include <cstdlib>

namespace tranche {

int run_program(int argc, char** argv, const AdapterRegistry& adapters) {
  runner::open_missing_standard_streams();
  const int status = cli::run_program({argv + (argc > 0 ? 1 : 0), argv + argc}, adapters);
  if (runner::threads_are_left()) {
    std::fflush(nullptr);
    std::_Exit(status);
  }
  return status;
}

}  // namespace tranche
