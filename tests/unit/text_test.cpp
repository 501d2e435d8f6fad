#include "text.hpp"

#include <catch2/catch.hpp>

using namespace tranche::runner;

TEST_CASE("display_width counts terminal columns", "[unit]") {
  CHECK(display_width("") == 0);
  CHECK(display_width("abc") == 3);
  CHECK(display_width("é…") == 2);
  CHECK(display_width("日本") == 4);
  CHECK(display_width("e\u0301") == 1);
  CHECK(display_width("\xff\xfe") == 2);
}

TEST_CASE("escape_control leaves nothing that moves the cursor or reorders text", "[unit]") {
  CHECK(escape_control("a\nb\tc\rd") == "a\\nb\\tc\\rd");
  CHECK(escape_control("\033[31mred\x7f") == "\\x1b[31mred\\x7f");
  CHECK(escape_control("\u0085\u202e\u2066") == "\\u0085\\u202e\\u2066");
  CHECK(escape_control(std::string_view("a\0b", 3)) == "a\\x00b");
  CHECK(escape_control("日本 é") == "日本 é");
  CHECK(escape_control("a\xff"
                       "b") == "a\uFFFDb");
  CHECK(escape_control("\xC0\xAF") == "\uFFFD\uFFFD");
  CHECK(escape_control("\xED\xA0\x80") == "\uFFFD\uFFFD\uFFFD");
  CHECK(escape_control("\xE2\x80") == "\uFFFD\uFFFD");
}

TEST_CASE("shorten ends in an ellipsis only where something was cut", "[unit]") {
  CHECK(shorten("abcdef", 6) == "abcdef");
  CHECK(shorten("abcdef", 4) == "abc…");
  CHECK(shorten("日本語", 4) == "日…");
  CHECK(shorten("abc", 1) == "…");
  CHECK(shorten("abc", 0).empty());
}

TEST_CASE("fold_lines puts a text on one line", "[unit]") {
  CHECK(fold_lines("one line") == "one line");
  CHECK(fold_lines("ERROR:  a\nLINE 1: b\r\n   ^\n") == "ERROR:  a; LINE 1: b; ^");
  CHECK(fold_lines("\n\n").empty());
}

TEST_CASE("wrap breaks at spaces", "[unit]") {
  using Lines = std::vector<std::string>;
  CHECK(wrap("aa bb cc", 5) == Lines{"aa bb", "cc"});
  CHECK(wrap("aaaaaaaa b", 5) == Lines{"aaaaaaaa", "b"});
  CHECK(wrap("a\n\nb", 5) == Lines{"a", "", "b"});
  CHECK(wrap("éé éé", 5) == Lines{"éé éé"});
}
