#include "register/glob.hpp"

#include <catch2/catch.hpp>

namespace tranche::runner {

namespace {
bool match(const std::string& pattern, const std::string& path) {
  return Globs({pattern}).match(path);
}
}  // namespace

TEST_CASE("a glob without a slash is matched against the file name", "[unit]") {
  CHECK(match("*.csv", "a.csv"));
  CHECK(match("*.csv", "deep/er/a.csv"));
  CHECK(match("*", ".hidden"));
  CHECK(match("part-[0-9]?.*", "x/part-07.gz"));
  CHECK_FALSE(match("*.csv", "a.csv.gz"));
  CHECK_FALSE(match("*.csv", "dir.csv/a"));
  CHECK_FALSE(match("*.CSV", "a.csv"));
}

TEST_CASE("a glob with a slash is matched against the whole path below the folder", "[unit]") {
  CHECK(match("in/*.csv", "in/a.csv"));
  CHECK(match("/in/*.csv", "in/a.csv"));
  CHECK_FALSE(match("in/*.csv", "x/in/a.csv"));
  CHECK_FALSE(match("in/*.csv", "in/sub/a.csv"));
  CHECK_FALSE(match("in/*", "in"));
}

TEST_CASE("two stars in a glob stand for any number of folders", "[unit]") {
  CHECK(match("**/a.csv", "a.csv"));
  CHECK(match("**/in/*.csv", "x/y/in/a.csv"));
  CHECK(match("in/**", "in/x/y/z"));
  CHECK(match("a/**/b/**/c", "a/1/b/b/2/3/c"));
  CHECK_FALSE(match("a/**/b/**/c", "a/1/2/3/c"));
  CHECK_FALSE(match("**/in/*.csv", "x/inn/a.csv"));
}

TEST_CASE("a glob of many stars ends soon", "[unit]") {
  std::string path = "a";
  std::string pattern = "**/a";
  for (int i = 0; i < 200; ++i) {
    path += "/a";
    pattern += "/**/a";
  }
  CHECK(match(pattern, path));
  CHECK_FALSE(match(pattern + "/b", path));
}

TEST_CASE("any of several globs will do, and none matches nothing", "[unit]") {
  CHECK(Globs({"*.a", "*.b"}).match("x.b"));
  CHECK_FALSE(Globs(std::vector<std::string>{}).match("x"));
}

}  // namespace tranche::runner
