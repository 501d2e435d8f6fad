#include "cli/commands.hpp"

#include "cli/command.hpp"

namespace tranche::cli {

void add_commands(Registry& registry) {
  registry.group("Set up");
  add_register(registry);
  registry.family("job", "Definitions: what is processed, in which order and portions");
  add_job_create(registry);
  add_job_list(registry);
  add_job_show(registry);

  registry.group("Work");
  add_acquire(registry);
  add_release(registry);
  add_heartbeat(registry);

  registry.group("Look");
  add_backlog(registry);
  add_batches(registry);
  add_batch(registry);

  registry.group("Repair");

  registry.group("System");
  add_completion(registry);
  add_help(registry);
  add_version(registry);
}

}  // namespace tranche::cli
