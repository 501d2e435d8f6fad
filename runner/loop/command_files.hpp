#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>

/// What the readers of files that a command wrote share.
namespace tranche::runner {

/// A string as it is, anything else as JSON.
std::string text_of(const nlohmann::json& value);

/// Once for all of them: there can be millions. Nothing where there are none.
void tell_left_out(const std::string& what, std::int64_t lines, const std::string& first);

}  // namespace tranche::runner
