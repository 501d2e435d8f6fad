#include "metrics/exposition.hpp"

#include <catch2/catch.hpp>

using tranche::runner::Exposition;

TEST_CASE("samples of a family follow its head, whatever the order they came in", "[unit]") {
  Exposition metrics;
  metrics.family("a_total", Exposition::Type::counter, "First.");
  metrics.family("b", Exposition::Type::gauge, "Second\nline \\ \"quoted\".");
  metrics.add("b", {}, 0.5);
  metrics.add("a_total", {{"job", "x"}}, 3);
  metrics.add("b", {{"job", "a\"b\\c\nd"}, {"window", "w"}}, 12345678901234);
  CHECK(metrics.text() ==
        "# HELP a_total First.\n# TYPE a_total counter\na_total{job=\"x\"} 3\n"
        "# HELP b Second\\nline \\\\ \"quoted\".\n# TYPE b gauge\nb 0.5\n"
        "b{job=\"a\\\"b\\\\c\\nd\",window=\"w\"} 12345678901234\n");
}
