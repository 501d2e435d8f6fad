#include "loop/placeholders.hpp"

#include <catch2/catch.hpp>

using tranche::runner::replace_placeholders;

namespace {

std::string replaced(std::string_view text) {
  return replace_placeholders(text, {{"count", "4"}, {"first_key", "{count}"}});
}

}  // namespace

TEST_CASE("replace_placeholders replaces each name, and never what it has put in", "[unit]") {
  REQUIRE(replaced("{count}") == "4");
  REQUIRE(replaced("n={count}{count}.") == "n=44.");
  REQUIRE(replaced("{first_key}") == "{count}");
  REQUIRE(replaced("").empty());
}

TEST_CASE("replace_placeholders leaves every other brace as it is", "[unit]") {
  for (const std::string text : {"{",
                                 "}",
                                 "{}",
                                 "{{",
                                 "{{}}",
                                 "{{.Names}}",
                                 "{counts}",
                                 "{ count }",
                                 "{Count}",
                                 "{count",
                                 "{print $1}",
                                 "${count}",
                                 "$${count}",
                                 "${count:-1}",
                                 "{{ count }}",
                                 "{\"a\":{\"b\":1}}",
                                 "{count\n}",
                                 "count}",
                                 "{last_key}"}) {
    CAPTURE(text);
    REQUIRE(replaced(text) == text);
  }
}

TEST_CASE("replace_placeholders takes two braces before a name for one", "[unit]") {
  REQUIRE(replaced("{{count}") == "{count}");
  REQUIRE(replaced("{{count}}") == "{count}}");
  REQUIRE(replaced("{{count}{count}") == "{count}4");
  REQUIRE(replaced("{{{.x}} {count}") == "{{{.x}} 4");
}

TEST_CASE("replace_placeholders finds a name inside other braces", "[unit]") {
  REQUIRE(replaced("{\"n\":{count}}") == "{\"n\":4}");
  REQUIRE(replaced("{x{count}") == "{x4");
  REQUIRE(replaced("$ {count}") == "$ 4");
  REQUIRE(replaced("$x{count}") == "$x4");
}
