#pragma once

#include "coverage/stretch.hpp"

#include "tranche/coverage.hpp"

#include <functional>
#include <vector>

namespace tranche::coverage {

/// Counts stretches in the source, some hundred in each read-only transaction, while no other is
/// open on the inventory.
class AssetCount {
 public:
  /// Told what has an asset; `tag` is the one of its stretch.
  using Each = std::function<void(const Gap&, std::size_t tag)>;
  /// `sources` by tag.
  AssetCount(std::vector<Source*> sources, Each each)
      : sources_(std::move(sources)), each_(std::move(each)) {}

  void add(const Stretch& stretch, std::size_t tag = 0);
  /// Needed once at the end.
  void flush();

 private:
  struct Asked {
    Stretch stretch;
    std::size_t tag;
    SourceTotals found;
  };
  std::vector<Source*> sources_;
  Each each_;
  std::vector<Asked> asked_;
};

}  // namespace tranche::coverage
