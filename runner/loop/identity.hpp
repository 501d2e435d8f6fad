#pragma once

#include "tranche/types.hpp"

#include <string>
#include <vector>

namespace tranche::runner {

/// A run of this process: a new id, host, boot id, pid and user. `command` is stored with its passwords hidden.
Run make_run(const std::string& job, const std::string& window, const std::vector<std::string>& command);

/// `command` with the values of arguments that look like secrets replaced by "***": URLs with passwords,
/// --password VALUE, --api-key=VALUE, TOKEN=VALUE.
std::vector<std::string> hide_secrets(const std::vector<std::string>& command);

}  // namespace tranche::runner
