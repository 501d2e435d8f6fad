#include "tranche/adapter.hpp"

#include <algorithm>
#include <unistd.h>

namespace tranche {

Environment process_environment() {
  Environment environment;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos) {
      environment.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  return environment;
}

std::string variable(const Environment& environment, std::string_view name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

void AdapterRegistry::add(Adapter adapter) {
  const auto same = std::find_if(adapters_.begin(), adapters_.end(), [&](const Adapter& known) {
    return known.name == adapter.name;
  });
  if (same == adapters_.end()) {
    adapters_.push_back(std::move(adapter));
  } else {
    *same = std::move(adapter);
  }
}

const Adapter* AdapterRegistry::find(std::string_view name) const {
  const auto found = std::find_if(adapters_.begin(), adapters_.end(), [&](const Adapter& adapter) {
    return adapter.name == name;
  });
  return found == adapters_.end() ? nullptr : &*found;
}

}  // namespace tranche
