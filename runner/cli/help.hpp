#pragma once

#include "cli/parse.hpp"

#include <string>

namespace tranche::cli {

// Texts of at most 80 columns, for standard output.

/// All commands by group, the global options and the exit statuses.
std::string general_help(const Registry& registry,
                         const Parameters& globals,
                         const std::vector<std::string>& operators);
std::string command_help(const Command& command, const Parameters& globals);
/// The commands "NAME …" of a family.
std::string family_help(const Registry& registry, const std::string& family);

/// "backlog --job NAME [options]": what stands behind "tranche".
std::string usage_of(const Command& command);
/// "--job NAME", "-o, --output table|json|jsonl|csv", "[BATCH_ID...]".
std::string form_of(const Parameter& parameter);
/// The parameter's help with its default and environment variable.
std::string explanation_of(const Parameter& parameter);

}  // namespace tranche::cli
