#include "observe/command_adapters.hpp"

#include <catch2/catch.hpp>

#include <stdexcept>

using namespace tranche;
using namespace tranche::runner;

namespace {

/// Adds an option, reads an identifier from standard error, and calls exit 0 a failure where the
/// log says so.
class Driver final : public CommandAdapter {
  class Attempt final : public CommandAttempt {
   public:
    void see_error(std::string_view data) override { seen_ += data; }
    Identity names(const Outputs& written) override {
      const auto own = written.find("application_id");
      return {{"application_id", own == written.end() ? "app-7" : own->second}, {"empty", ""}};
    }
    void judge(CommandEnd& end) override {
      end.outputs["rows"] = "7";
      if (end.exit_code == 0 && seen_.find("FAILED") != std::string::npos) {
        end.exit_code = 1;
        end.message = "the driver failed";
      }
    }

   private:
    std::string seen_;
  };

 public:
  std::unique_ptr<CommandAttempt> prepare(CommandPlan& plan, const Batch& batch) override {
    if (plan.arguments.front() != "submit") {
      return nullptr;
    }
    plan.arguments.push_back("--name=batch-" + std::to_string(batch.id));
    plan.environment.push_back("DRIVER=1");
    return std::make_unique<Attempt>();
  }
};

class Broken final : public CommandAdapter {
  class Attempt final : public CommandAttempt {
   public:
    Identity names(const Outputs&) override { throw std::runtime_error("cannot name"); }
    void judge(CommandEnd& end) override {
      end.exit_code = 5;
      throw std::runtime_error("cannot judge");
    }
  };

 public:
  explicit Broken(bool at_once) : at_once_(at_once) {}
  std::unique_ptr<CommandAttempt> prepare(CommandPlan& plan, const Batch&) override {
    plan.arguments.emplace_back("--broken");
    if (at_once_) {
      throw std::runtime_error("cannot prepare");
    }
    return std::make_unique<Attempt>();
  }

 private:
  bool at_once_;
};

template <typename... Adapters>
CommandAdapters of(Adapters... adapters) {
  std::vector<CommandAdapters::Named> all;
  (all.push_back({"test", std::move(adapters)}), ...);
  return CommandAdapters(std::move(all));
}

CommandSpec submit() {
  CommandSpec spec;
  spec.argv = {"submit"};
  return spec;
}

CommandResult exited(int status) {
  CommandResult result;
  result.kind = CommandResult::Kind::exited;
  result.exit_code = status;
  return result;
}

}  // namespace

TEST_CASE("a command adapter prepares a command and reads its true outcome", "[unit]") {
  const CommandAdapters adapters = of(std::make_unique<Driver>());
  CommandSpec spec = submit();
  Batch batch;
  batch.id = 3;
  const auto attempt = adapters.prepare(spec, batch);
  CHECK(spec.argv == std::vector<std::string>{"submit", "--name=batch-3"});
  CHECK(spec.environment == std::vector<std::string>{"DRIVER=1"});
  REQUIRE(spec.see_error);
  REQUIRE(spec.see_output);
  spec.see_error("State of driver is FAI");
  spec.see_error("LED\n");
  CommandResult result = exited(0);
  Outputs outputs;
  attempt->judge(result, outputs);
  CHECK(result.exit_code == 1);
  CHECK(result.stderr_tail == "the driver failed");
  CHECK(outputs == Outputs{{"rows", "7"}});
  CHECK(attempt->names({}) == Identity{{"application_id", "app-7"}});
  CHECK(attempt->names({{"application_id", "app-8"}}) == Identity{{"application_id", "app-8"}});
}

TEST_CASE("a command that is none of the adapter's stays as it is", "[unit]") {
  const CommandAdapters adapters = of(std::make_unique<Driver>());
  CommandSpec spec;
  spec.argv = {"sh"};
  const auto attempt = adapters.prepare(spec, {});
  CHECK(spec.argv == std::vector<std::string>{"sh"});
  CHECK_FALSE(spec.see_error);
  CHECK_FALSE(spec.see_output);
  CommandResult result = exited(3);
  Outputs outputs;
  attempt->judge(result, outputs);
  CHECK(result.exit_code == 3);
  CHECK(outputs.empty());
}

TEST_CASE("a command adapter that throws changes nothing", "[unit]") {
  for (const bool at_once : {true, false}) {
    const CommandAdapters adapters = of(std::make_unique<Broken>(at_once));
    CommandSpec spec = submit();
    const auto attempt = adapters.prepare(spec, {});
    CHECK(spec.argv.size() == (at_once ? 1 : 2));
    CommandResult result = exited(0);
    Outputs outputs;
    attempt->judge(result, outputs);
    CHECK(result.succeeded());
    CHECK(attempt->names({}).empty());
  }
}

TEST_CASE("what the runner itself ended is not judged by an adapter", "[unit]") {
  const CommandAdapters adapters = of(std::make_unique<Driver>());
  CommandSpec spec = submit();
  const auto attempt = adapters.prepare(spec, {});
  CommandResult result = exited(0);
  result.kind = CommandResult::Kind::timed_out;
  Outputs outputs;
  attempt->judge(result, outputs);
  CHECK(result.kind == CommandResult::Kind::timed_out);
  CHECK(outputs.empty());
}
