#include <cstdio>

#include "version.hpp"

int main() {
  std::printf("tranche %s\n", tranche::runner::version());
  return 0;
}
