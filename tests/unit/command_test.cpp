#include "cli/command.hpp"

#include "cli/help.hpp"
#include "cli/parse.hpp"
#include "cli/suggest.hpp"
#include "text.hpp"

#include "tranche/error.hpp"

#include <catch2/catch.hpp>

#include <sstream>

using namespace std::chrono_literals;
using namespace tranche;
using namespace tranche::cli;

namespace {

/// One target of each kind.
struct Options {
  std::string job;
  std::optional<std::string> campaign;
  std::int64_t limit = 100;
  std::optional<int> batches;
  Duration poll = 10s;
  std::optional<Duration> lease;
  std::optional<double> weight;
  std::optional<TimePoint> since;
  std::vector<std::string> adapters;
  std::string retry = "first";
  OutputFormat output = OutputFormat::table;
  bool yes = false;
  std::vector<std::string> ids;
};

struct Fixture {
  Registry registry;
  Options o;
  Command& c = registry.command("work", "Do work", "tranche work --job flights");

  Fixture() {
    c.required("--job", o.job, "NAME", "The job").env("TRANCHE_TEST_JOB");
    c.option("--campaign", o.campaign, "NAME", "A window");
    c.option("--limit", o.limit, "N", "How many").range(1, 1000);
    c.option("--batches", o.batches, "N", "How many");
    c.option("--poll", o.poll, "DUR", "How often");
    c.option("--lease", o.lease, "DUR", "How long").default_text("the job's");
    c.weight("--max-weight", o.weight, "W", "How heavy");
    c.option("--since", o.since, "T", "From when");
    c.option("--adapter", o.adapters, "A", "Which");
    c.choices("--retry", o.retry, {"first", "last"}, "Order");
    c.listing(o.output);
    c.flag("-y,--yes", o.yes, "Do not ask");
    c.positional("BATCH_ID", o.ids, "Batches");
  }

  void parse(const Arguments& arguments) {
    const Parameters all = parameters();
    parse_all("work", all, arguments);
    finish("work", all);
  }
  Parameters parameters() {
    Parameters all;
    for (Parameter& parameter : c.parameters()) {
      all.push_back(&parameter);
    }
    return all;
  }
};

std::string refusal(const Arguments& arguments) {
  try {
    Fixture().parse(arguments);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE_METHOD(Fixture, "every kind of option reaches its target", "[unit][cli]") {
  parse({"--job",     "j",  "--campaign=c", "--limit", "7",       "--batches=2", "--poll",    "5s",
         "--lease",   "1h", "--max-weight", "10MiB",   "--since", "2026-01-01",  "--adapter", "a",
         "--adapter", "b",  "--retry",      "last",    "-o",      "json",        "-y",        "1",
         "2"});
  CHECK(o.job == "j");
  CHECK(o.campaign == "c");
  CHECK(o.limit == 7);
  CHECK(o.batches == 2);
  CHECK(o.poll == 5s);
  CHECK(o.lease == 1h);
  CHECK(o.weight == 10485760.0);
  CHECK(o.since == parse_time("2026-01-01", ""));
  CHECK(o.adapters == std::vector<std::string>{"a", "b"});
  CHECK(o.retry == "last");
  CHECK(o.output == OutputFormat::json);
  CHECK(o.yes);
  CHECK(o.ids == std::vector<std::string>{"1", "2"});
}

TEST_CASE_METHOD(Fixture, "what is not given keeps its default", "[unit][cli]") {
  parse({"--job", "j"});
  CHECK(o.campaign == std::nullopt);
  CHECK(o.limit == 100);
  CHECK(o.poll == 10s);
  CHECK(o.lease == std::nullopt);
  CHECK(o.ids.empty());
}

TEST_CASE_METHOD(Fixture,
                 "values may be empty, negative, a dash, attached or behind --",
                 "[unit][cli]") {
  parse({"--job=", "--campaign", "-5", "-ojsonl", "-", "-7", "--", "--job", "-x"});
  CHECK(o.job.empty());
  CHECK(o.campaign == "-5");
  CHECK(o.output == OutputFormat::jsonl);
  CHECK(o.ids == std::vector<std::string>{"-", "-7", "--job", "-x"});
}

TEST_CASE("a wrong command line is refused by option, value and what is accepted", "[unit][cli]") {
  CHECK(refusal({}) == "work: --job NAME is required (or TRANCHE_TEST_JOB)");
  CHECK(refusal({"--jbo", "x"}) == "work: unknown option --jbo; did you mean --job?");
  CHECK(refusal({"--xyzzy=1"}) == "work: unknown option --xyzzy");
  CHECK(refusal({"-q"}) == "work: unknown option -q");
  CHECK(refusal({"--job"}) == "work: --job NAME lacks its value");
  CHECK(refusal({"--job", "--"}) == "work: --job NAME lacks its value");
  CHECK(
      refusal({"--job", "--yes"}) ==
      "work: --job NAME lacks its value before --yes; a value with dashes is written --job=--yes");
  CHECK(refusal({"--job", "a", "--job", "b"}) == "work: --job is given twice");
  CHECK(refusal({"--yes", "-y"}) == "work: --yes is given twice");
  CHECK(refusal({"--yes=no"}) == "work: --yes takes no value");
  CHECK(refusal({"--limit", "-5"}) ==
        "--limit: '-5' is out of range; use a whole number from 1 to 1000");
  CHECK(refusal({"--limit", "many"}) ==
        "--limit: 'many' is not a whole number; use a whole number from 1 to 1000");
  CHECK(refusal({"--batches", "3000000000"}) ==
        "--batches: '3000000000' is out of range; use a whole number from 0 to 2147483647");
  CHECK(refusal({"--retry", "often"}) == "--retry: 'often' is unknown; use one of first, last");
  CHECK(refusal({"-o", "xml"}) == "--output: 'xml' is unknown; use one of table, json, jsonl, csv");
  CHECK_THAT(refusal({"--poll", "5"}), Catch::StartsWith("--poll: '5' lacks a unit"));
  CHECK_THAT(refusal({"--max-weight", "0"}), Catch::StartsWith("--max-weight: '0' is zero"));
}

TEST_CASE_METHOD(Fixture,
                 "a flag beats the environment, and an empty variable counts as unset",
                 "[unit][cli]") {
  setenv("TRANCHE_TEST_JOB", "from-environment", 1);
  SECTION("environment") {
    parse({});
    CHECK(o.job == "from-environment");
  }
  SECTION("flag") {
    parse({"--job", "from-flag"});
    CHECK(o.job == "from-flag");
  }
  SECTION("empty") {
    setenv("TRANCHE_TEST_JOB", "", 1);
    CHECK(refusal({}) == "work: --job NAME is required (or TRANCHE_TEST_JOB)");
  }
  unsetenv("TRANCHE_TEST_JOB");
}

TEST_CASE("a value from the environment is refused under the variable's name", "[unit][cli]") {
  Registry registry;
  Command& c = registry.command("x", "", "");
  int count = 1;
  c.option("--count", count, "N", "").env("TRANCHE_TEST_COUNT");
  setenv("TRANCHE_TEST_COUNT", "two", 1);
  CHECK_THROWS_WITH(finish("x", {&c.parameters().front()}),
                    Catch::StartsWith("TRANCHE_TEST_COUNT: 'two'"));
  unsetenv("TRANCHE_TEST_COUNT");
}

TEST_CASE("arguments are one, at most one or many, as their target is", "[unit][cli]") {
  Registry registry;
  Command& c = registry.command("x", "", "");
  std::string name;
  std::optional<std::string> file;
  c.positional("NAME", name, "");
  c.positional("FILE", file, "");
  const Parameters all{&c.parameters()[0], &c.parameters()[1]};
  CHECK_THROWS_WITH(finish("x", all), "x: NAME is required");
  parse_all("x", all, {"a", "b"});
  finish("x", all);
  CHECK(name == "a");
  CHECK(file == "b");
  CHECK_THROWS_WITH(parse_all("x", all, {"c"}), "x: unexpected argument 'c'");
  CHECK(usage_of(c) == "x NAME [FILE]");
}

TEST_CASE("rest takes everything behind -- as it is", "[unit][cli]") {
  Registry registry;
  Command& c = registry.command("run", "", "");
  std::string job;
  std::vector<std::string> command;
  c.option("--job", job, "NAME", "");
  c.rest("COMMAND", command, "");
  const Parameters all{&c.parameters()[0], &c.parameters()[1]};
  SECTION("with options of its own") {
    parse_all("run", all, {"--job", "j", "--", "tool", "--job", "k", "--", "-x", ""});
    CHECK(command == std::vector<std::string>{"tool", "--job", "k", "--", "-x", ""});
    CHECK(job == "j");
  }
  SECTION("-- forgotten") {
    CHECK_THROWS_WITH(parse_all("run", all, {"--job", "j", "tool", "--fast"}),
                      "run: 'tool' stands before '--'; write -- in front of COMMAND");
  }
  SECTION("nothing behind it") {
    parse_all("run", all, {"--"});
    CHECK_THROWS_WITH(finish("run", all), "run: a command after '--' is required");
  }
}

TEST_CASE_METHOD(Fixture,
                 "help shows every parameter with its default in 80 columns",
                 "[unit][cli]") {
  c.about(std::string(50, 'a') + " " + std::string(50, 'b'));
  const std::string help = command_help(c, {});
  std::istringstream lines(help);
  for (std::string line; std::getline(lines, line);) {
    CHECK(runner::display_width(line) <= 80);
  }
  for (const Parameter& parameter : c.parameters()) {
    CHECK_THAT(help, Catch::Contains(parameter.name));
  }
  // The environment may name the job.
  CHECK_THAT(help, Catch::StartsWith("Usage: tranche work [options] [BATCH_ID...]\n"));
  CHECK_THAT(help,
             Catch::Contains("How many (default: 100)") && Catch::Contains("(default: 10s)") &&
                 Catch::Contains("How long (default: the job's)") &&
                 Catch::Contains("(env: TRANCHE_TEST_JOB)") &&
                 Catch::Contains("--retry first|last") && Catch::Contains("-y, --yes") &&
                 Catch::Contains("  tranche work --job flights\n"));
}

TEST_CASE("suggest names the nearest word, and none where none is near", "[unit][cli]") {
  const std::vector<std::string> words{"backlog", "batch", "batches", "run", "runs"};
  CHECK(suggest("backlgo", words) == "; did you mean backlog?");
  CHECK(suggest("bathc", words) == "; did you mean batch?");
  CHECK(suggest("back", words) == "; did you mean backlog?");
  CHECK(suggest("frobnicate", words).empty());
  CHECK(suggest("--", words).empty());
  CHECK(suggest(std::string(10000, 'x'), words).empty());
}
