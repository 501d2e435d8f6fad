#pragma once

namespace tranche::cli {

class Registry;

/// Registers every command, in the order of the help.
void add_commands(Registry& registry);

// One file a command or a few that belong together: add_backlog() is in backlog.cpp.
void add_acquire(Registry& registry);
void add_asset(Registry& registry);
void add_audit(Registry& registry);
void add_backlog(Registry& registry);
void add_batch(Registry& registry);
void add_batches(Registry& registry);
void add_campaign(Registry& registry);
void add_campaign_create(Registry& registry);
void add_cancel(Registry& registry);
void add_completion(Registry& registry);
void add_db(Registry& registry);
void add_db_prune(Registry& registry);
void add_db_notify(Registry& registry);
void add_db_roles(Registry& registry);
void add_diff(Registry& registry);
void add_doctor(Registry& registry);
void add_gaps(Registry& registry);
void add_heartbeat(Registry& registry);
void add_help(Registry& registry);
void add_items(Registry& registry);
void add_job_apply(Registry& registry);
void add_job_create(Registry& registry);
void add_job_list(Registry& registry);
void add_job_show(Registry& registry);
void add_job_states(Registry& registry);
void add_job_update(Registry& registry);
void add_metrics(Registry& registry);
void add_plan(Registry& registry);
void add_register(Registry& registry);
void add_release(Registry& registry);
void add_report(Registry& registry);
void add_reset(Registry& registry);
void add_retry(Registry& registry);
void add_run(Registry& registry);
void add_run_info(Registry& registry);
void add_runs(Registry& registry);
void add_status(Registry& registry);
void add_template(Registry& registry);
void add_tick(Registry& registry);
void add_version(Registry& registry);

}  // namespace tranche::cli
