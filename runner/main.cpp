#include "cli/program.hpp"
#include "process/file_descriptor.hpp"

int main(int argc, char** argv) {
  tranche::runner::open_missing_standard_streams();
  return tranche::cli::run_program({argv + (argc > 0 ? 1 : 0), argv + argc});
}
