#pragma once

#include "coverage/coverage.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace tranche::coverage {

/// Keys that at least one window was made for.
struct Wanted {
  Stretch keys;
  std::size_t source = 0;  ///< that shows which of them, by its place in WantedKeys::sources()
};

/// The keys of all scopes, each once, in order: those of a window without a filter all, those that
/// only filtered campaigns were made for as far as one of their filters takes them.
class WantedKeys {
 public:
  WantedKeys(Inventory::Impl& impl, const Job& job, const std::vector<Scope>& scopes);

  const std::vector<Wanted>& all() const { return all_; }
  /// Good as long as this.
  const std::vector<Source*>& sources() const { return sources_; }

 private:
  void add(const Stretch& keys, const std::string& filter);
  std::size_t source_of(const std::string& filter);

  Inventory::Impl& impl_;
  Job job_;
  std::vector<Wanted> all_;
  std::vector<std::string> filters_;  ///< of sources_
  std::vector<std::unique_ptr<Source>> opened_;
  std::vector<Source*> sources_;
};

}  // namespace tranche::coverage
