#pragma once

#include "tranche/adapter.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace tranche::runner {

/// The adapters of one run, and the manners that they ask for together.
struct AdapterChoice {
  std::vector<Adapter> adapters;
  RunnerManners manners;
};

/// The path of an executable tranche-adapter-NAME; empty where there is none.
using FindAdapterProgram = std::function<std::string(const std::string& name)>;

/// `names` as given by --adapter: names, `auto` (those that recognise the environment, and those
/// that watch commands) or `none`. Auto holds without a name, and beside names of adapters that
/// know commands alone. Errors: ErrorCode::usage for a name that is neither known nor a program.
AdapterChoice choose_adapters(const std::vector<std::string>& names,
                              const AdapterRegistry& registry,
                              const Environment& environment,
                              const FindAdapterProgram& find_program);

/// What the adapters call this run, and what TRANCHE_IDENTITY_NAME=value adds as `name`. Secrets
/// are hidden and values cut at 500 bytes: they are indexed.
Identity collect_identity(const AdapterChoice& choice, const Environment& environment);

/// As it is stored: secrets and control characters hidden, at most 500 bytes.
std::string identity_value(const std::string& text);

}  // namespace tranche::runner
