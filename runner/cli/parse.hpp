#pragma once

#include "cli/command.hpp"

#include <string>
#include <vector>

namespace tranche::cli {

using Arguments = std::vector<std::string>;
using Parameters = std::vector<Parameter*>;

/// Reads options from the front of `arguments` up to the first word that is none, and removes them.
/// Errors: ErrorCode::usage, as with parse_all().
void parse_front(const Parameters& parameters, Arguments& arguments);

/// Reads everything. `command` stands in front of messages. Does not yet ask for what is required:
/// see finish(). Errors: ErrorCode::usage naming the option, the value and what would be accepted.
void parse_all(std::string_view command, const Parameters& parameters, const Arguments& arguments);

/// Takes from the environment what was not given, then asks for what is required.
void finish(std::string_view command, const Parameters& parameters);

}  // namespace tranche::cli
