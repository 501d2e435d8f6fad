#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tranche::adapters {

/// Version 5 of RFC 9562: the same name in the same space is the same UUID.
/// Errors: empty where `space` is no UUID.
std::optional<std::string> name_uuid(std::string_view space, std::string_view name);

/// As the OpenLineage client of Python makes them (generate_static_uuid): version 7, its random
/// part taken from a digest of `seed`.
std::string timed_uuid(std::chrono::milliseconds since_1970, std::string_view seed);

bool is_uuid(std::string_view text);

}  // namespace tranche::adapters
