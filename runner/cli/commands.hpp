#pragma once

namespace tranche::cli {

class Registry;

/// Registers every command, in the order of the help.
void add_commands(Registry& registry);

// One file a command or family: add_backlog() is in backlog.cpp.
void add_completion(Registry& registry);
void add_help(Registry& registry);
void add_register(Registry& registry);
void add_version(Registry& registry);

}  // namespace tranche::cli
