#include "cli/commands.hpp"

#include "cli/command.hpp"

namespace tranche::cli {

void add_commands(Registry& registry) {
  registry.group("Set up");
  add_register(registry);

  registry.group("Work");

  registry.group("Look");

  registry.group("Repair");

  registry.group("System");
  add_completion(registry);
  add_help(registry);
  add_version(registry);
}

}  // namespace tranche::cli
