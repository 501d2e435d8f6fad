#include "observe/adapter_choice.hpp"

#include "tranche/error.hpp"

#include <catch2/catch.hpp>

using namespace tranche;
using namespace tranche::runner;

namespace {

Adapter named(std::string name, std::string recognised_by = {}) {
  Adapter adapter;
  adapter.name = std::move(name);
  if (!recognised_by.empty()) {
    adapter.recognises = [recognised_by](const Environment& environment) {
      return environment.contains(recognised_by);
    };
  }
  return adapter;
}

AdapterRegistry registry() {
  AdapterRegistry known;
  Adapter first = named("first", "FIRST");
  first.manners.grace = std::chrono::seconds(3);
  first.manners.empty_exit_code = 99;
  first.identity = [](const Environment&) {
    return std::map<std::string, std::string>{{"dag_id", "d"}, {"pod_name", "found"}};
  };
  Adapter second = named("second", "SECOND");
  second.manners.grace = std::chrono::seconds(7);
  second.manners.result_on_stdout = true;
  known.add(first);
  known.add(second);
  known.add(named("third"));
  Adapter commands = named("commands");
  commands.command = [](const Environment&) { return std::unique_ptr<CommandAdapter>(); };
  known.add(commands);
  return known;
}

std::vector<std::string> names(const AdapterChoice& choice) {
  std::vector<std::string> all;
  for (const Adapter& adapter : choice.adapters) {
    all.push_back(adapter.name);
  }
  return all;
}

AdapterChoice choose(const std::vector<std::string>& asked, const Environment& environment = {}) {
  return choose_adapters(asked, registry(), environment, [](const std::string& name) {
    return name == "mine" ? "/bin/tranche-adapter-mine" : "";
  });
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("without a name, adapters are those that recognise the environment", "[unit]") {
  CHECK(choose({}).adapters.empty());
  CHECK(names(choose({}, {{"SECOND", "1"}})) == Names{"second"});
  CHECK(names(choose({"auto"}, {{"SECOND", "1"}, {"FIRST", ""}})) == Names{"first", "second"});
}

TEST_CASE("named adapters are taken whatever the environment, once each", "[unit]") {
  CHECK(names(choose({"third", "first", "third"}, {{"SECOND", "1"}})) == Names{"third", "first"});
  CHECK(names(choose({"third", "auto"}, {{"SECOND", "1"}})) == Names{"third", "second"});
  CHECK(choose({"none"}, {{"SECOND", "1"}}).adapters.empty());
}

TEST_CASE("who knows commands alone does not stand for the orchestrator", "[unit]") {
  CHECK(names(choose({"commands"}, {{"SECOND", "1"}})) == Names{"commands", "second"});
  CHECK(names(choose({"commands", "third"}, {{"SECOND", "1"}})) == Names{"commands", "third"});
}

TEST_CASE("who watches commands does so unless another adapter or none is asked for", "[unit]") {
  AdapterRegistry known;
  Adapter adapter = named("commands");
  int changed = 0;
  int watched = 0;
  adapter.command = [&](const Environment&) {
    ++changed;
    return std::unique_ptr<CommandAdapter>();
  };
  adapter.watch = [&](const Environment&) {
    ++watched;
    return std::unique_ptr<CommandAdapter>();
  };
  known.add(adapter);
  known.add(named("third"));
  const auto make = [&](const Names& asked) {
    for (const Adapter& chosen : choose_adapters(asked, known, {}, {}).adapters) {
      if (chosen.command) {
        chosen.command({});
      }
    }
  };
  make({});
  make({"auto"});
  CHECK((changed == 0 && watched == 2));
  make({"none"});
  make({"third"});
  CHECK((changed == 0 && watched == 2));
  make({"commands"});
  make({"auto", "commands"});
  CHECK((changed == 2 && watched == 2));
}

TEST_CASE("a name that is not known may be a program's", "[unit]") {
  const AdapterChoice choice = choose({"mine"});
  REQUIRE(names(choice) == Names{"mine"});
  CHECK(choice.adapters.front().observer);
}

TEST_CASE("an adapter whose observer is a program is chosen without it too, and says so",
          "[unit]") {
  AdapterRegistry known;
  Adapter there = named("mine", "HERE");
  Adapter missing = named("missing", "HERE");
  there.by_program = missing.by_program = true;
  known.add(there);
  known.add(missing);
  const AdapterChoice choice =
      choose_adapters({}, known, {{"HERE", "1"}}, [](const std::string& name) {
        return name == "mine" ? "/bin/tranche-adapter-mine" : "";
      });
  REQUIRE(names(choice) == Names{"mine", "missing"});
  CHECK(choice.adapters[0].observer({}) != nullptr);
  CHECK_THROWS_WITH(choice.adapters[1].observer({}), Catch::Contains("tranche-adapter-missing"));
}

TEST_CASE("any other name is refused with those that are accepted", "[unit]") {
  CHECK_THROWS_WITH(choose({"airflwo"}),
                    Catch::Contains("'airflwo'") && Catch::Contains("auto, none, first, second") &&
                        Catch::Contains("tranche-adapter-NAME"));
  CHECK_THROWS_AS(choose({"none", "first"}), Error);
}

TEST_CASE("of two adapters' manners the first one's hold", "[unit]") {
  const RunnerManners manners = choose({"second", "first"}).manners;
  CHECK(manners.grace == std::chrono::seconds(7));
  CHECK(manners.empty_exit_code == 99);
  CHECK(manners.result_on_stdout);
  CHECK_FALSE(manners.stop_with_caller);
}

TEST_CASE("identity is what adapters find, and what was given holds over it", "[unit]") {
  const Environment environment{{"TRANCHE_IDENTITY_POD_NAME", "given"},
                                {"TRANCHE_IDENTITY_GIT_REVISION", "abc"},
                                {"TRANCHE_IDENTITY_EMPTY", ""},
                                {"TRANCHE_IDENTITY_DSN", "postgres://u:secret@h/d"},
                                {"TRANCHE_OTHER", "x"}};
  const auto identity = collect_identity(choose({"first"}), environment);
  CHECK(identity == std::map<std::string, std::string>{{"dag_id", "d"},
                                                       {"pod_name", "given"},
                                                       {"git_revision", "abc"},
                                                       {"dsn", "postgres://u:***@h/d"}});
}

TEST_CASE("a long value of an identity is cut between characters", "[unit]") {
  const std::string elephant = "\xF0\x9F\x90\x98";
  std::string text = "x";
  for (int i = 0; i < 200; ++i) {
    text += elephant;
  }
  const auto identity = collect_identity({}, {{"TRANCHE_IDENTITY_A", text}});
  CHECK(identity.at("a").size() == 497);
  CHECK(text.starts_with(identity.at("a")));
}
