#include "loop/batch_files.hpp"

#include "loop/environment.hpp"
#include "loop/report_file.hpp"

#include "tranche/error.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sys/stat.h>

using namespace tranche;
using namespace tranche::runner;

namespace {

/// A folder of a run, and the files of one batch in it.
struct Fixture {
  Fixture() {
    batch.id = 7;
    batch.job = "flights";
    batch.token = "0123456789abcdef";
    batch.first_key = Key::integer(1);
    batch.last_key = Key::integer(2);
    batch.count = 2;
    batch.weight = 2.5;
  }

  std::filesystem::path write(const std::string& text) const {
    const auto path = folder.path() / "written";
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  Outputs outputs(const std::string& text) const { return read_outputs(write(text)); }
  Report report(const std::string& text) const { return read_report(write(text)); }

  RunFolder folder{RunFolder::path_for(random_uuid())};
  Batch batch;
};

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

mode_t mode_of(const std::filesystem::path& path) {
  struct stat status {};
  stat(path.c_str(), &status);
  return status.st_mode & 0777;
}

std::optional<std::string> value(const std::vector<std::string>& environment,
                                 const std::string& name) {
  for (const std::string& entry : environment) {
    if (entry.starts_with(name + "=")) {
      return entry.substr(name.size() + 1);
    }
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("read_outputs takes lines of name=value, the last of a name", "[unit]") {
  const Fixture fixture;
  REQUIRE(fixture.outputs("").empty());
  REQUIRE(fixture.outputs("a=1\n\nb=x=y\na=2") == Outputs{{"a", "2"}, {"b", "x=y"}});
  REQUIRE(fixture.outputs("no value\n=1\na=\n") == Outputs{{"a", ""}});
  REQUIRE(read_outputs(fixture.folder.path() / "missing").empty());
  REQUIRE(read_outputs(fixture.folder.path()).empty());
}

TEST_CASE("read_outputs takes one JSON object", "[unit]") {
  const Fixture fixture;
  REQUIRE(fixture.outputs(R"({"a": "x", "b": 1, "c": [1, {"d": null}]})") ==
          Outputs{{"a", "x"}, {"b", "1"}, {"c", R"([1,{"d":null}])"}});
  REQUIRE(fixture.outputs("[1]").empty());
}

TEST_CASE("read_outputs leaves out a file over 1 MiB", "[unit]") {
  const Fixture fixture;
  const std::string mib(1 << 20, 'x');
  REQUIRE(fixture.outputs("a=" + mib.substr(2)).size() == 1);
  REQUIRE(fixture.outputs("a=" + mib).empty());
}

TEST_CASE("read_report counts plain and JSON lines", "[unit]") {
  const Fixture fixture;
  const Report report = fixture.report(
      "done a\nfailed b\nfailed c because\n{\"done\":\"d\"}\n{\"failed\":\"e\",\"reason\":\"r\"}\n"
      "{\"item\":\"f\",\"status\":\"failed\"}\nnonsense\n{}\n\nfailed g");
  REQUIRE(report.done == 2);
  REQUIRE(report.failed == 5);
  REQUIRE(report.first_failed == "b");
  REQUIRE(fixture.report("{\"failed\":\"e\",\"reason\":\"r\"}").first_reason == "r");
  REQUIRE(read_report(fixture.folder.path() / "missing").failed == 0);
}

TEST_CASE("ItemsFile starts over at begin and is for its user alone", "[unit]") {
  const Fixture fixture;
  ItemsFile items(fixture.folder.path() / "items", false);
  items.begin();
  items.add({Key::integer(1), "gone", 0});
  items.begin();
  items.add({Key::integer(1), "a b", 0});
  items.add({Key::integer(2), "", 0});
  items.finish();
  REQUIRE(content(items.path()) == "a b\n\n");
  REQUIRE(mode_of(items.path()) == 0600);
  REQUIRE(mode_of(fixture.folder.path()) == 0700);
}

TEST_CASE("ItemsFile refuses what would break its lines, by the key", "[unit]") {
  const Fixture fixture;
  ItemsFile lines(fixture.folder.path() / "lines", false);
  lines.begin();
  REQUIRE_THROWS_WITH(lines.add({Key::integer(42), "a\nb", 0}),
                      Catch::Contains("key 42") && Catch::Contains("--items0"));
  ItemsFile nul(fixture.folder.path() / "nul", true);
  nul.begin();
  nul.add({Key::integer(1), "a\nb", 0});
  REQUIRE_THROWS_AS(nul.add({Key::integer(2), std::string("a\0b", 3), 0}), Error);
}

TEST_CASE("a run's folder goes with it", "[unit]") {
  std::filesystem::path path;
  {
    const Fixture fixture;
    path = fixture.folder.path();
    fixture.write("x");
    REQUIRE(std::filesystem::exists(path));
  }
  REQUIRE_FALSE(std::filesystem::exists(path));
}

TEST_CASE("command_environment replaces the caller's variables and leaves out what is too long",
          "[unit]") {
  setenv("TRANCHE_RANGE_SQL", "outer", 1);
  setenv("KEPT_BY_TEST", "yes", 1);
  Fixture fixture;
  const BatchFiles files;
  constexpr std::size_t kLongest = 131'072 - sizeof "TRANCHE_RANGE_SQL=";
  for (const std::size_t length : {std::size_t{5}, kLongest, kLongest + 1}) {
    const auto environment =
        command_environment({fixture.batch, files, std::string(length, 'x'), 3, "all"});
    REQUIRE(value(environment, "KEPT_BY_TEST") == "yes");
    REQUIRE(value(environment, "TRANCHE_BATCH_ID") == "7");
    REQUIRE(value(environment, "TRANCHE_WEIGHT") == "2.5");
    REQUIRE(value(environment, "TRANCHE_ITERATIONS") == "all");
    REQUIRE(value(environment, "TRANCHE_RANGE_SQL").has_value() == (length <= kLongest));
    REQUIRE(std::count_if(environment.begin(), environment.end(), [](const std::string& entry) {
              return entry.starts_with("TRANCHE_RANGE_SQL=");
            }) <= 1);
  }
  unsetenv("TRANCHE_RANGE_SQL");
  unsetenv("KEPT_BY_TEST");
}
