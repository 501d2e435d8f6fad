#include "coverage/wanted_keys.hpp"

#include "source/filter_text.hpp"

#include <algorithm>

namespace tranche::coverage {

WantedKeys::WantedKeys(Inventory::Impl& impl, const Job& job, const std::vector<Scope>& scopes)
    : impl_(impl), job_(job), filters_{""}, sources_{&impl.source_of(job)} {
  std::vector<Edge> edges;
  for (const Scope& scope : scopes) {
    edges.push_back(scope.keys.begin);
    edges.push_back(scope.keys.end);
  }
  std::sort(edges.begin(), edges.end());
  for (std::size_t i = 1; i < edges.size(); ++i) {
    const Stretch keys{edges[i - 1], edges[i]};
    std::vector<std::string> filters;
    for (const Scope& scope : scopes) {
      if (scope.keys.begin <= keys.begin && keys.end <= scope.keys.end) {
        filters.push_back(scope.window.filter);
      }
    }
    if (!keys.empty() && !filters.empty()) {
      add(keys, source::disjunction(filters));
    }
  }
}

void WantedKeys::add(const Stretch& keys, const std::string& filter) {
  const std::size_t source = source_of(filter);
  if (!all_.empty() && all_.back().source == source && all_.back().keys.end == keys.begin) {
    all_.back().keys.end = keys.end;
  } else {
    all_.push_back({keys, source});
  }
}

std::size_t WantedKeys::source_of(const std::string& filter) {
  const auto known = std::find(filters_.begin(), filters_.end(), filter);
  const auto at = static_cast<std::size_t>(known - filters_.begin());
  if (known == filters_.end()) {
    JobDefinition definition = job_.definition;
    definition.filter = source::conjunction({definition.filter, filter});
    opened_.push_back(impl_.open_source(definition));
    filters_.push_back(filter);
    sources_.push_back(opened_.back().get());
  }
  return at;
}

}  // namespace tranche::coverage
