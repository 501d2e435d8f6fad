#pragma once

#include <string_view>

namespace tranche::cli {

/// Asks "QUESTION [y/N]" where a person sits at standard input and standard error. True for y and
/// yes, with `yes` (a --yes flag), and off a terminal, where nobody could answer.
bool confirm(std::string_view question, bool yes);

}  // namespace tranche::cli
