#pragma once

#include <map>
#include <string>
#include <string_view>

namespace tranche::runner {

/// Replaces `{name}` in a command's argument by values.at(name): only the names that `values` has,
/// never after `$`.
/// `{{` before such a name is a literal `{`; any other brace stays (JSON, awk, shell and
/// `{{.Names}}` pass untouched).
std::string replace_placeholders(std::string_view argument,
                                 const std::map<std::string, std::string, std::less<>>& values);

}  // namespace tranche::runner
