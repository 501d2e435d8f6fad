#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace tranche::adapters::openlineage {

/// What a YAML file of OpenLineage's settings holds, with numbers and truth values as such.
/// Errors: tranche::Error, usage, for a file that cannot be read, is no YAML, or holds no settings
/// by name; the message never quotes the file, which may hold a key.
nlohmann::json read_config_file(const std::string& path);

}  // namespace tranche::adapters::openlineage
