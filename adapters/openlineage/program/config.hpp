#pragma once

#include "transport.hpp"

#include "tranche/adapter.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <string>

namespace tranche::adapters::openlineage {

struct HttpConfig {
  std::string url;  ///< with the endpoint; may hold a password
  std::string key;  ///< sent as a bearer token
  std::chrono::milliseconds timeout = std::chrono::seconds(5);
  bool verify = true;
  std::string ca_file;
  std::string certificate_file;
  std::string certificate_key_file;
  std::map<std::string, std::string> headers;
};

struct FileConfig {
  std::string path;
  bool append = false;  ///< false: a file for each event, with the time in its name
};

/// What OpenLineage's own environment variables, and the file that OPENLINEAGE_CONFIG names, ask
/// for, read as its client for Python does.
struct Config {
  enum class Kind { none, http, file, console };
  Kind kind = Kind::none;
  HttpConfig http;
  FileConfig file;
};

/// Errors: tranche::Error, usage, for what is not known here or lacks a part; never naming a key.
Config read_config(const Environment& environment);

/// All OPENLINEAGE__A__B=value as {"a":{"b":value}}; values may be JSON, and those of shorter names
/// hold over longer ones. Public for its own sake: the rule is the client's.
nlohmann::json nested_variables(const Environment& environment);

}  // namespace tranche::adapters::openlineage
