#pragma once

#include "tranche/types.hpp"

#include <map>
#include <string>
#include <vector>

namespace tranche::runner {

/// A run of this process on this host, by the user it runs as, with the orchestrator's names for
/// it. Secrets in `command` are hidden.
Run describe_run(std::string id,
                 std::string job,
                 std::string window,
                 const std::vector<std::string>& command,
                 Identity identity);

/// What stands as the command of a run that `tranche acquire` began; `release` ends such runs.
std::vector<std::string> acquire_command(const std::string& job);

}  // namespace tranche::runner
