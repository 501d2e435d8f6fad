#include "log.hpp"

#include "tranche/units.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace tranche::runner;
using log::Format;
using log::Level;

namespace {

std::string text(Level level, std::string_view message, log::Fields fields = {}) {
  return log::render(level, Format::text, false, message, fields);
}

nlohmann::json json(std::string_view message, log::Fields fields = {}) {
  const std::string line = log::render(Level::warning, Format::json, true, message, fields);
  CHECK(line.find('\n') == line.size() - 1);
  return nlohmann::json::parse(line);
}

}  // namespace

TEST_CASE("a text line names the program, the level and the fields", "[unit]") {
  CHECK(text(Level::error, "it failed") == "tranche: it failed\n");
  CHECK(text(Level::warning, "slow") == "tranche: warning: slow\n");
  CHECK(text(Level::info,
             "batch acquired",
             {{"batch", 42}, {"job", "my flights"}, {"weight", 0.5}, {"late", true}}) ==
        "tranche: batch acquired batch=42 job=\"my flights\" weight=0.5 late=true\n");
  CHECK(log::render(Level::error, Format::text, true, "x", {}) == "\033[31mtranche: \033[0mx\n");
}

TEST_CASE("a text line stays one line and hides passwords", "[unit]") {
  CHECK(text(Level::error, "a\nb\033[2J") == "tranche: a; b\\x1b[2J\n");
  CHECK(text(Level::error, "no route to postgresql://u:pw@h/db", {{"db", "host=h password=pw"}}) ==
        "tranche: no route to postgresql://u:***@h/db db=\"host=h password=***\"\n");
}

TEST_CASE("a JSON line is one object whatever the message holds", "[unit]") {
  const auto object = json("quote \" newline \n bad \xff",
                           {{"batch", 42}, {"db", "postgres://u:pw@h"}, {"ok", false}});
  CHECK(object["level"] == "warning");
  CHECK(object["message"] == "quote \" newline \n bad \uFFFD");
  CHECK(object["batch"] == 42);
  CHECK(object["db"] == "postgres://u:***@h");
  CHECK(object["ok"] == false);
  CHECK_NOTHROW(tranche::parse_time(object["time"].get<std::string>(), "time"));
}
