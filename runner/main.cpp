#include "built_in.hpp"
#include "cli/program.hpp"
#include "process/apart.hpp"
#include "process/file_descriptor.hpp"

#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv) {
  tranche::runner::open_missing_standard_streams();
  const int status = tranche::cli::run_program({argv + (argc > 0 ? 1 : 0), argv + argc},
                                               tranche::adapters::built_in_adapters());
  if (tranche::runner::threads_are_left()) {
    std::fflush(nullptr);
    std::_Exit(status);
  }
  return status;
}
