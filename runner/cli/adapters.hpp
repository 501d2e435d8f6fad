#pragma once

#include "cli/command.hpp"
#include "observe/adapter_choice.hpp"

namespace tranche::cli {

/// What --adapter asks for, in the environment of this process. Errors: ErrorCode::usage.
runner::AdapterChoice choose_adapters(const Context& context,
                                      const std::vector<std::string>& names = {});

}  // namespace tranche::cli
