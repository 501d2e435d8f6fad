#pragma once

namespace tranche::cli {

class Registry;

/// Registers every command, in the order of the help.
void add_commands(Registry& registry);

// One file a command or a few that belong together: add_backlog() is in backlog.cpp.
void add_acquire(Registry& registry);
void add_backlog(Registry& registry);
void add_batch(Registry& registry);
void add_batches(Registry& registry);
void add_completion(Registry& registry);
void add_heartbeat(Registry& registry);
void add_help(Registry& registry);
void add_job_create(Registry& registry);
void add_job_list(Registry& registry);
void add_job_show(Registry& registry);
void add_register(Registry& registry);
void add_release(Registry& registry);
void add_version(Registry& registry);

}  // namespace tranche::cli
