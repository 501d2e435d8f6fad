#include "source/filter_words.hpp"
#include "sql/connection.hpp"
#include "sql/queries.hpp"

#include "tranche/error.hpp"

#include <catch2/catch.hpp>

namespace tranche::sql {

using Texts = std::vector<std::string>;

TEST_CASE("identifiers are quoted, whatever they hold", "[unit]") {
  CHECK(quote_identifier("a") == "\"a\"");
  CHECK(quote_identifier("a\"b") == "\"a\"\"b\"");
  CHECK(quote_identifier("a b; --") == "\"a b; --\"");
  CHECK(quote_identifier(std::string(63, 'x')).size() == 65);
  for (const std::string& name : {std::string(), std::string(64, 'x'), std::string("a\0b", 3)}) {
    CHECK_THROWS_AS(quote_identifier(name), Error);
  }
}

TEST_CASE("a table's name has one part or two, quoted or not", "[unit]") {
  CHECK(quote_qualified("t") == "\"t\"");
  CHECK(quote_qualified("s.t") == "\"s\".\"t\"");
  CHECK(quote_qualified("s.\"t.u\"") == "\"s\".\"t.u\"");
  CHECK(quote_qualified("\"s\"\"x\".t") == "\"s\"\"x\".\"t\"");
  CHECK(quote_qualified("\"t.u\"") == "\"t.u\"");
  for (const char* name : {"", ".", "s.", ".t", "a.b.c", "\"open", "\"a\"b", "s.\"\""}) {
    INFO(name);
    CHECK_THROWS_AS(quote_qualified(name), Error);
  }
}

TEST_CASE("a file of statements is taken apart by name, placeholders and fragments filled in once",
          "[unit]") {
  const std::string file =
      "-- A heading.\n\n"
      "-- name: fragment cols\na, /* TEMPLATE: t */.b\n\n"
      "-- name: one\n-- What it does.\n-- On two lines.\nSELECT /* TEMPLATE: cols */ FROM /* "
      "TEMPLATE: t */;\n\n"
      "-- name: two\nDELETE FROM /* TEMPLATE: t */ -- kept\n";
  const Queries queries(file, {{"t", "\"x/* TEMPLATE: cols */\""}});
  CHECK(queries.all().size() == 2);
  CHECK(queries["one"].name == "one");
  CHECK(queries["one"].text ==
        "SELECT a, \"x/* TEMPLATE: cols */\".b FROM \"x/* TEMPLATE: cols */\"");
  CHECK(queries["two"].text == "DELETE FROM \"x/* TEMPLATE: cols */\" -- kept");
  CHECK_THROWS_AS(queries["three"], Error);
  CHECK_THROWS_AS(fill_placeholders("/* TEMPLATE: unknown */", {}), Error);
  CHECK_THROWS_AS(fill_placeholders("/* TEMPLATE: t", {{"t", "x"}}), Error);
}

TEST_CASE("the words of a filter are its names, not what stands in texts, numbers and comments",
          "[unit]") {
  const source::FilterWords words = source::filter_words(
      "a_1 > 5e3 AND \"Q x\" = 'it''s now' /* c */ OR b$ < 1 -- d\n AND [e] = `f` OR ä = 'x");
  CHECK(words.names == Texts{"a_1", "AND", "Q x", "OR", "b$", "AND", "e", "f", "OR", "ä"});
  CHECK(words.literals == Texts{"it's now", "x"});
  CHECK(std::find(words.bare.begin(), words.bare.end(), "Q x") == words.bare.end());
  CHECK(words.bare.front() == "a_1");
}

}  // namespace tranche::sql
