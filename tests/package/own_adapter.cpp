// A whole tranche with an adapter of somebody else's, who has its headers and libraries alone.
#include <tranche/program.hpp>

namespace {

/// "farm-submit" says by "job N lost" on standard error what its exit status hides.
class FarmAttempt final : public tranche::CommandAttempt {
 public:
  void see_error(std::string_view piece) override { said_ += piece; }
  tranche::Identity names(const tranche::Outputs&) override { return {{"farm_job", "7"}}; }
  void judge(tranche::CommandEnd& end) override {
    if (end.exit_code == 0 && said_.find("lost") != std::string::npos) {
      end.exit_code = 4;
      end.message = "the farm lost the job";
    }
  }

 private:
  std::string said_;
};

class Farm final : public tranche::CommandAdapter {
 public:
  std::unique_ptr<tranche::CommandAttempt> prepare(tranche::CommandPlan& plan,
                                                   const tranche::Batch& batch) override {
    plan.arguments.push_back("--name=batch-" + std::to_string(batch.id));
    return std::make_unique<FarmAttempt>();
  }
};

tranche::Adapter farm() {
  tranche::Adapter adapter;
  adapter.name = "farm";
  adapter.recognises = [](const tranche::Environment& environment) {
    return !tranche::variable(environment, "FARM_ID").empty();
  };
  adapter.identity = [](const tranche::Environment& environment) {
    return tranche::Identity{{"farm", tranche::variable(environment, "FARM_ID")}};
  };
  adapter.command = [](const tranche::Environment&) { return std::make_unique<Farm>(); };
  return adapter;
}

}  // namespace

int main(int argc, char** argv) {
  tranche::AdapterRegistry adapters = tranche::built_in_adapters();
  adapters.add(farm());
  return tranche::run_program(argc, argv, adapters);
}
