#pragma once

#include <string>

namespace tranche::test {

/// Makes the program end with 125 unless a test fails. Use TRANCHE_SKIP.
void record_skip(const char* file, int line, const std::string& reason);
int skip_count();

}  // namespace tranche::test

/// Leaves the test case (a void function) and has ctest count it as skipped. Catch2 2 has no
/// SKIP().
#define TRANCHE_SKIP(reason)                                  \
  do {                                                        \
    ::tranche::test::record_skip(__FILE__, __LINE__, reason); \
    return;                                                   \
  } while (false)
