#define CATCH_CONFIG_RUNNER
#include "support/skip.hpp"

#include <catch2/catch.hpp>

int main(int argc, char* argv[]) {
  constexpr int kSkipped = 125;  // SKIP_RETURN_CODE of every suite
  const int status = Catch::Session().run(argc, argv);
  return status == 0 && tranche::test::skip_count() > 0 ? kSkipped : status;
}
