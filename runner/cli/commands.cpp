#include "cli/commands.hpp"

#include "cli/command.hpp"

namespace tranche::cli {

void add_commands(Registry& registry) {
  registry.group("Set up");
  add_register(registry);
  registry.family("job", "Definitions: what is processed, in which order and portions");
  add_job_create(registry);
  add_job_apply(registry);
  add_job_list(registry);
  add_job_show(registry);
  add_job_update(registry);
  add_job_states(registry);
  add_campaign(registry);

  registry.group("Work");
  add_run(registry);
  add_acquire(registry);
  add_items(registry);
  add_heartbeat(registry);
  add_release(registry);
  add_tick(registry);

  registry.group("Look");
  add_status(registry);
  add_backlog(registry);
  add_plan(registry);
  add_batches(registry);
  add_batch(registry);
  add_asset(registry);
  add_gaps(registry);
  add_diff(registry);
  add_report(registry);
  add_runs(registry);
  add_run_info(registry);
  add_metrics(registry);

  registry.group("Repair");
  add_retry(registry);
  add_reset(registry);
  add_cancel(registry);
  add_audit(registry);

  registry.group("System");
  add_db(registry);
  add_db_prune(registry);
  add_db_notify(registry);
  add_db_roles(registry);
  add_template(registry);
  add_doctor(registry);
  add_completion(registry);
  add_help(registry);
  add_version(registry);
}

}  // namespace tranche::cli
