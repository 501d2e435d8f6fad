#include "observe/adapter_choice.hpp"

#include "observe/program_observer.hpp"
#include "text.hpp"

#include "tranche/database_url.hpp"
#include "tranche/error.hpp"

#include <algorithm>
#include <cctype>

namespace tranche::runner {
namespace {

constexpr std::string_view kIdentityPrefix = "TRANCHE_IDENTITY_";
constexpr std::size_t kLongestName = 64;
constexpr std::size_t kLongestValue = 500;

void add_once(AdapterChoice& choice, const Adapter& adapter) {
  const auto same = [&](const Adapter& known) { return known.name == adapter.name; };
  if (std::none_of(choice.adapters.begin(), choice.adapters.end(), same)) {
    choice.adapters.push_back(adapter);
  }
}

[[noreturn]] void refuse(const std::string& name, const AdapterRegistry& registry) {
  std::string known;
  for (const Adapter& adapter : registry.adapters()) {
    known += adapter.name + ", ";
  }
  throw Error(ErrorCode::usage,
              "--adapter: unknown adapter '" + name + "'; accepted are auto, none, " + known +
                  "and the NAME of an executable tranche-adapter-NAME on PATH");
}

/// With the program as its observer, where it is there. A run goes on without it.
Adapter with_program(Adapter adapter, const FindAdapterProgram& find_program) {
  if (!adapter.by_program) {
    return adapter;
  }
  const std::string program = find_program(adapter.name);
  adapter.hears_steps = true;
  adapter.observer = [program, name = adapter.name](const Environment&) {
    if (program.empty()) {
      throw Error(ErrorCode::refused,
                  "the executable tranche-adapter-" + name +
                      " is neither beside tranche, nor in ../libexec/tranche, nor on PATH");
    }
    return make_program_observer(program);
  };
  return adapter;
}

void add_named(AdapterChoice& choice,
               const std::string& name,
               const AdapterRegistry& registry,
               const FindAdapterProgram& find_program) {
  if (const Adapter* const known = registry.find(name)) {
    return add_once(choice, with_program(*known, find_program));
  }
  const std::string program = find_program(name);
  if (program.empty()) {
    refuse(name, registry);
  }
  Adapter adapter;
  adapter.name = name;
  adapter.hears_steps = true;
  adapter.observer = [program](const Environment&) { return make_program_observer(program); };
  add_once(choice, adapter);
}

void add_recognised(AdapterChoice& choice,
                    const AdapterRegistry& registry,
                    const Environment& environment,
                    const FindAdapterProgram& find_program) {
  for (const Adapter& adapter : registry.adapters()) {
    if (adapter.recognises && adapter.recognises(environment)) {
      add_once(choice, with_program(adapter, find_program));
    }
  }
}

void add_watching(AdapterChoice& choice, const AdapterRegistry& registry) {
  for (const Adapter& adapter : registry.adapters()) {
    if (adapter.watch) {
      Adapter watching;
      watching.name = adapter.name;
      watching.command = adapter.watch;
      add_once(choice, watching);
    }
  }
}

/// Who knows a kind of command says nothing of the orchestrator that began the run.
bool is_of_commands(const std::string& name, const AdapterRegistry& registry) {
  const Adapter* const known = registry.find(name);
  return known != nullptr && known->command && !known->recognises && !known->observer &&
         !known->by_program;
}

RunnerManners merge(const std::vector<Adapter>& adapters) {
  RunnerManners merged;
  for (const Adapter& adapter : adapters) {
    const RunnerManners& manners = adapter.manners;
    merged.grace = merged.grace ? merged.grace : manners.grace;
    merged.empty_exit_code =
        merged.empty_exit_code ? merged.empty_exit_code : manners.empty_exit_code;
    merged.result_on_stdout = merged.result_on_stdout || manners.result_on_stdout;
    merged.stop_with_caller = merged.stop_with_caller || manners.stop_with_caller;
  }
  return merged;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  return text;
}

}  // namespace

std::string identity_value(const std::string& text) {
  std::string value = escape_control(redact_passwords(text));
  if (value.size() > kLongestValue) {
    std::size_t end = kLongestValue;
    while (end > 0 && (static_cast<unsigned char>(value[end]) & 0xC0U) == 0x80U) {
      --end;
    }
    value.resize(end);
  }
  return value;
}

AdapterChoice choose_adapters(const std::vector<std::string>& names,
                              const AdapterRegistry& registry,
                              const Environment& environment,
                              const FindAdapterProgram& find_program) {
  AdapterChoice choice;
  const bool none = std::find(names.begin(), names.end(), "none") != names.end();
  if (none && names.size() > 1) {
    throw Error(ErrorCode::usage, "--adapter: 'none' goes with no other adapter");
  }
  bool automatic = true;
  for (const std::string& name : names) {
    automatic = automatic && is_of_commands(name, registry);
  }
  for (const std::string& name : names) {
    if (name == "auto") {
      automatic = true;
      add_recognised(choice, registry, environment, find_program);
    } else if (name != "none") {
      add_named(choice, name, registry, find_program);
    }
  }
  if (automatic) {
    add_recognised(choice, registry, environment, find_program);
    add_watching(choice, registry);
  }
  choice.manners = merge(choice.adapters);
  return choice;
}

Identity collect_identity(const AdapterChoice& choice, const Environment& environment) {
  Identity identity;
  for (auto entry = environment.lower_bound(kIdentityPrefix);
       entry != environment.end() && entry->first.starts_with(kIdentityPrefix);
       ++entry) {
    const std::string name = lower(entry->first.substr(kIdentityPrefix.size()));
    if (!name.empty() && name.size() <= kLongestName && !entry->second.empty()) {
      identity[name] = identity_value(entry->second);
    }
  }
  for (const Adapter& adapter : choice.adapters) {
    if (!adapter.identity) {
      continue;
    }
    // What was given by hand holds over what was found.
    for (const auto& [name, value] : adapter.identity(environment)) {
      if (!value.empty()) {
        identity.try_emplace(name, identity_value(value));
      }
    }
  }
  return identity;
}

}  // namespace tranche::runner
