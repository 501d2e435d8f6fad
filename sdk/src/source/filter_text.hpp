#pragma once

#include <string>
#include <vector>

namespace tranche::source {

/// A condition in brackets, whatever comment it may end with.
std::string bracketed(const std::string& condition);

/// A condition that holds where all of them do; empty ones always do.
std::string conjunction(const std::vector<std::string>& conditions);
/// The same where one of them does. Empty: always.
std::string disjunction(const std::vector<std::string>& conditions);

}  // namespace tranche::source
