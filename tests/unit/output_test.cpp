#include "cli/output.hpp"

#include "text.hpp"

#include <catch2/catch.hpp>

#include <sstream>

using namespace tranche::cli;

namespace {

using Align = Column::Align;

const std::vector<Column> kColumns{
    {.key = "batch_id", .header = "BATCH", .align = Align::right, .priority = 9},
    {.key = "status", .header = "STATUS", .priority = 8, .status = true},
    {.key = "weight", .header = "WEIGHT", .align = Align::right, .priority = 2},
    {.key = "message", .header = "MESSAGE", .priority = 5},
};

Json row(int id, const std::string& status, const Json& message) {
  return {{"batch_id", id},
          {"status", status},
          {"weight", weight_json(73412)},
          {"message", message},
          {"hidden", true}};
}

std::string listed(OutputFormat format, const std::vector<Json>& rows, Screen screen = {}) {
  std::string text;
  Listing listing(
      format, "batches", kColumns, screen, [&](std::string_view part) { text += part; });
  for (const Json& each : rows) {
    listing.add(each);
  }
  listing.finish();
  return text;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(line);
  }
  return lines;
}

}  // namespace

TEST_CASE("a table aligns its columns and ends no line in spaces", "[unit][cli]") {
  CHECK(listed(OutputFormat::table, {row(1, "succeeded", nullptr), row(42, "failed", "exit 3")}) ==
        "BATCH  STATUS     WEIGHT  MESSAGE\n"
        "    1  succeeded   73412  -\n"
        "   42  failed      73412  exit 3\n");
}

TEST_CASE("a table aligns by terminal columns and shows no control characters", "[unit][cli]") {
  CHECK(listed(OutputFormat::table, {row(1, "日本", "a\033[2Jb\nc"), row(2, "é", "\xff")}) ==
        "BATCH  STATUS  WEIGHT  MESSAGE\n"
        "    1  日本     73412  a\\x1b[2Jb\\nc\n"
        "    2  é        73412  \uFFFD\n");
}

TEST_CASE("a table fits every terminal, dropping by priority and never cutting a number",
          "[unit][cli]") {
  const std::vector<Json> rows{row(1, "succeeded", std::string(100, 'm')),
                               row(123456, "processing", "日本語日本語日本語")};
  for (std::size_t width = 10; width < 150; ++width) {
    INFO(width);
    const auto lines = lines_of(listed(OutputFormat::table, rows, {.width = width}));
    REQUIRE(lines.size() == 3);
    for (const std::string& line : lines) {
      CHECK(tranche::runner::display_width(line) <= width);
    }
    CHECK_THAT(lines[2], Catch::Contains("123456"));
    CHECK((lines[0].find("WEIGHT") == std::string::npos ||
           lines[1].find("73412") != std::string::npos));
  }
  CHECK_THAT(listed(OutputFormat::table, rows, {.width = 38}),
             Catch::Contains("…") && Catch::Contains("MESSAGE"));
  const std::string narrow = listed(OutputFormat::table, rows, {.width = 35});
  CHECK_THAT(narrow,
             Catch::Contains("STATUS") && Catch::Contains("MESSAGE") && !Catch::Contains("WEIGHT"));
  CHECK_THAT(listed(OutputFormat::table, rows, {.width = 20}),
             Catch::Contains("STATUS") && !Catch::Contains("MESSAGE"));
  CHECK_THAT(listed(OutputFormat::table, rows, {.width = 6}), Catch::StartsWith(" BATCH\n"));
}

TEST_CASE("off a terminal nothing is cut", "[unit][cli]") {
  CHECK_THAT(listed(OutputFormat::table, {row(1, "failed", std::string(500, 'm'))}),
             Catch::Contains(std::string(500, 'm')));
}

TEST_CASE("colours mark headers and status words, without moving a column", "[unit][cli]") {
  const std::string text = listed(
      OutputFormat::table, {row(1, "failed", "x"), row(2, "unknown", "y")}, {.colours = true});
  CHECK(text ==
        "\033[1mBATCH  STATUS   WEIGHT  MESSAGE\033[0m\n"
        "    1  \033[31mfailed\033[0m    73412  x\n"
        "    2  unknown   73412  y\n");
}

TEST_CASE("JSON is one array of whole objects, an object a line", "[unit][cli]") {
  CHECK(listed(OutputFormat::json, {}) == "[]\n");
  const std::string text =
      listed(OutputFormat::json, {row(1, "failed", "a\nb"), row(2, "failed", "\xff")});
  CHECK(lines_of(text).size() == 2);
  const auto array = nlohmann::json::parse(text);
  CHECK(array.size() == 2);
  CHECK(array[0]["hidden"] == true);
  CHECK(array[0]["message"] == "a\nb");
  CHECK(array[1]["message"] == "\uFFFD");
  CHECK_THAT(text, Catch::StartsWith(R"([{"batch_id":1,"status":"failed","weight":73412,)"));
}

TEST_CASE("JSON lines and CSV are written as rows come", "[unit][cli]") {
  std::string text;
  Listing lines(
      OutputFormat::jsonl, "batches", kColumns, {}, [&](std::string_view part) { text += part; });
  lines.add(row(1, "failed", nullptr));
  CHECK(text == R"({"batch_id":1,"status":"failed","weight":73412,"message":null,"hidden":true})"
                "\n");
  lines.finish();
  CHECK(lines_of(text).size() == 1);
  text.clear();
  Listing csv(
      OutputFormat::csv, "batches", kColumns, {}, [&](std::string_view part) { text += part; });
  csv.add(row(1, "failed", "say \"hi\", twice\nor more"));
  csv.add(row(2, "failed", nullptr));
  csv.finish();
  CHECK(text ==
        "batch_id,status,weight,message\n"
        "1,failed,73412,\"say \"\"hi\"\", twice\nor more\"\n"
        "2,failed,73412,\n");
  CHECK(listed(OutputFormat::csv, {}) == "batch_id,status,weight,message\n");
  CHECK(listed(OutputFormat::jsonl, {}).empty());
}

TEST_CASE("a column may be composed from its row", "[unit][cli]") {
  const std::vector<Column> columns{
      {.key = "range", .header = "RANGE", .format = [](const Json& r) {
         return r["first_key"].dump() + ".." + r["last_key"].dump();
       }}};
  for (const OutputFormat format : {OutputFormat::table, OutputFormat::csv}) {
    std::string text;
    Listing listing(format, "batches", columns, {}, [&](std::string_view part) { text += part; });
    listing.add({{"first_key", 101}, {"last_key", 200}});
    listing.finish();
    CHECK_THAT(text, Catch::EndsWith("\n101..200\n"));
  }
}

TEST_CASE("a single object is a list of its fields or one JSON object", "[unit][cli]") {
  std::string text;
  const Sink sink = [&](std::string_view part) { text += part; };
  show_object(OutputFormat::table, kColumns, row(42, "failed", "x\ty"), {}, sink);
  CHECK(text == "BATCH    42\nSTATUS   failed\nWEIGHT   73412\nMESSAGE  x\\ty\n");
  text.clear();
  show_object(
      OutputFormat::table, kColumns, row(42, "failed", std::string(99, 'm')), {.width = 20}, sink);
  CHECK(lines_of(text)[3] == "MESSAGE  mmmmmmmmmm…");
  text.clear();
  show_object(OutputFormat::json, kColumns, row(42, "failed", nullptr), {}, sink);
  CHECK(nlohmann::json::parse(text)["hidden"] == true);
  text.clear();
  show_object(OutputFormat::csv, kColumns, row(42, "failed", nullptr), {}, sink);
  CHECK(text == "batch_id,status,weight,message\n42,failed,73412,\n");
}

TEST_CASE("weight_json has a fraction only where there is one", "[unit][cli]") {
  CHECK(weight_json(73412).dump() == "73412");
  CHECK(weight_json(0.5).dump() == "0.5");
  CHECK(weight_json(1e300).dump() == "1e+300");
}
