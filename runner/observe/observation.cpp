#include "observe/observation.hpp"

#include "log.hpp"

namespace tranche::runner {
namespace {

/// What `make` of each adapter returns, with its name; those without one are passed over.
template <typename Named, typename Make>
std::vector<Named> make_all(const std::vector<Adapter>& adapters,
                            const Environment& environment,
                            Make Adapter::*make) {
  std::vector<Named> made;
  for (const Adapter& adapter : adapters) {
    if (!(adapter.*make)) {
      continue;
    }
    try {
      if (auto one = (adapter.*make)(environment)) {
        made.push_back({adapter.name, std::move(one)});
      }
    } catch (const std::exception& error) {
      log::warn("adapter '" + adapter.name + "' is left out: " + error.what());
    }
  }
  return made;
}

}  // namespace

std::vector<NamedObserver> make_observers(const std::vector<Adapter>& adapters,
                                          const Environment& environment) {
  return make_all<NamedObserver>(adapters, environment, &Adapter::observer);
}

Observation::Observation(const std::vector<Adapter>& adapters, const Environment& environment)
    : observers(make_observers(adapters, environment)),
      progress(observers),
      commands(make_all<CommandAdapters::Named>(adapters, environment, &Adapter::command)) {}

}  // namespace tranche::runner
