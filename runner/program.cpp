#include "tranche/program.hpp"

#include "cli/program.hpp"
#include "process/apart.hpp"
#include "process/file_descriptor.hpp"

#include <cstdio>
#include <cstdlib>
#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace tranche {

namespace {

/// glibc gives back to the kernel what is free at the end of its heap as soon as it is 128 KiB. A
/// long transaction in SQLite frees and takes pages by turns, and spent two thirds of its time so.
void keep_some_free_memory() {
#ifdef __GLIBC__
  constexpr int kFree = 1 << 20;
  mallopt(M_TRIM_THRESHOLD, kFree);
  // It no longer grows by itself once the other is set, and stays above what zlib asks for.
  mallopt(M_MMAP_THRESHOLD, kFree);
#endif
}

}  // namespace

int run_program(int argc, char** argv, const AdapterRegistry& adapters) {
  keep_some_free_memory();
  runner::open_missing_standard_streams();
  const int status = cli::run_program({argv + (argc > 0 ? 1 : 0), argv + argc}, adapters);
  if (runner::threads_are_left()) {
    std::fflush(nullptr);
    std::_Exit(status);
  }
  return status;
}

}  // namespace tranche
