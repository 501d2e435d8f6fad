#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/print.hpp"
#include "exit_status.hpp"
#include "version.hpp"

namespace tranche::cli {

void add_version(Registry& registry) {
  auto& c = registry.command("version", "Show the version", "tranche version");
  c.run([](Context&) {
    print("tranche " + std::string(runner::version()) + "\n");
    return runner::kExitDone;
  });
}

}  // namespace tranche::cli
