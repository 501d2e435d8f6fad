#include "cli/complete.hpp"

#include <catch2/catch.hpp>

using namespace tranche::cli;

namespace {

using Words = std::vector<std::string>;
using Shell = Completion::Shell;

struct Fixture {
  Registry registry;
  std::string job, db, retry = "first";
  OutputFormat output = OutputFormat::table;
  std::vector<std::string> adapters, command, paths;
  bool yes = false;
  Command globals{"", "", "", ""};

  Fixture() {
    globals.option("--db", db, "URL", "");
    auto& run = registry.command("run", "Run", "");
    run.option("--job", job, "NAME", "The job");
    run.option("--adapter", adapters, "A", "");
    run.option("--log-dir", db, "DIR", "");
    run.choices("--retry", retry, {"first", "last"}, "");
    run.flag("-y,--yes", yes, "");
    run.rest("COMMAND", command, "");
    registry.command("runs", "List runs", "").listing(output);
    registry.command("job create", "Define a job", "");
    registry.command("job list", "List jobs", "");
    registry.command("register", "Register", "").positional("PATH", paths, "");
  }

  Completion at(std::string_view line) {
    Words words = split_line(line);
    words.erase(words.begin());
    return complete(registry, {&globals.parameters().front()}, {"entities"}, words);
  }
  Words words(std::string_view line) {
    Words found;
    for (const Candidate& candidate : at(line).candidates) {
      found.push_back(candidate.word);
    }
    return found;
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture,
                 "commands, families and operators complete at the first word",
                 "[unit][cli]") {
  CHECK(words("tranche ") == Words{"run", "runs", "job", "register", "entities"});
  CHECK(words("tranche ru") == Words{"run", "runs"});
  CHECK(words("tranche --db 'host=h dbname=d' ru") == Words{"run", "runs"});
  CHECK(words("tranche --db=x ent") == Words{"entities"});
  CHECK(words("tranche job ") == Words{"create", "list"});
  CHECK(words("tranche job l") == Words{"list"});
  CHECK(words("tranche nonsense ").empty());
}

TEST_CASE("a command's own option comes before a global one of its name", "[unit][cli]") {
  bool shown = false;
  std::optional<std::int64_t> version;
  Command globals{"", "", "", ""};
  globals.flag("--version", shown, "Show the version");
  Registry registry;
  registry.command("batches", "List batches", "").option("--version", version, "N", "Of a version");
  const auto words = [&](std::string_view line) {
    Words typed = split_line(line);
    typed.erase(typed.begin());
    return complete(registry, {&globals.parameters().front()}, {}, typed).candidates;
  };
  REQUIRE(words("tranche batches --").size() == 1);
  CHECK(words("tranche batches --").front().help == "Of a version");
  // A value follows.
  CHECK(words("tranche batches --version --").empty());
}

TEST_CASE_METHOD(Fixture, "options complete once, repeated ones always", "[unit][cli]") {
  CHECK(words("tranche -") == Words{"--db"});
  CHECK(words("tranche run --") ==
        Words{"--db", "--job", "--adapter", "--log-dir", "--retry", "--yes"});
  CHECK(words("tranche run --job j --adapter a --db=x -y --") ==
        Words{"--adapter", "--log-dir", "--retry"});
  CHECK(words("tranche run --jo") == Words{"--job"});
}

TEST_CASE_METHOD(Fixture, "values complete from their choices, paths from files", "[unit][cli]") {
  CHECK(words("tranche run --retry ") == Words{"first", "last"});
  CHECK(words("tranche run --retry l") == Words{"last"});
  CHECK(words("tranche run --retry=l") == Words{"--retry=last"});
  CHECK(words("tranche runs -o js") == Words{"json", "jsonl"});
  CHECK(words("tranche run --job ").empty());
  CHECK(at("tranche run --log-dir ").shell == Shell::files);
  CHECK(at("tranche register ").shell == Shell::files);
  CHECK(at("tranche run --job ").shell == Shell::nothing);
}

TEST_CASE_METHOD(Fixture,
                 "behind -- stands a command of the system, then its files",
                 "[unit][cli]") {
  CHECK(at("tranche run --job j -- spark").shell == Shell::commands);
  CHECK(at("tranche run --job j -- spark-submit --jo").shell == Shell::files);
  CHECK(at("tranche entities --x").shell == Shell::files);
}

TEST_CASE("split_line reads words as a shell does", "[unit][cli]") {
  CHECK(split_line("") == Words{""});
  CHECK(split_line("a b") == Words{"a", "b"});
  CHECK(split_line("a  b ") == Words{"a", "b", ""});
  CHECK(split_line("a 'b c' \"d e\" f\\ g") == Words{"a", "b c", "d e", "f g"});
  CHECK(split_line("a 'b c") == Words{"a", "b c"});
  CHECK(split_line("a '' b") == Words{"a", "", "b"});
  CHECK(split_line("a b\\") == Words{"a", "b\\"});
}
