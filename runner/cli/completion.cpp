#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "exit_status.hpp"

namespace tranche::cli {
void add_completion(Registry& registry) {
  auto& c = registry.command(
      "completion", "Print the completion script of a shell", "source <(tranche completion bash)");
  c.run([](Context&) { return runner::kExitDone; });
}
}  // namespace tranche::cli
