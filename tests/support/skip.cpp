#include "support/skip.hpp"

#include <iostream>

namespace tranche::test {

namespace {
int skips = 0;
}

void record_skip(const char* file, int line, const std::string& reason) {
  ++skips;
  std::cout << "skipped: " << reason << " (" << file << ":" << line << ")\n";
}

int skip_count() {
  return skips;
}

}  // namespace tranche::test
