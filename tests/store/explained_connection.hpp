#pragma once

#include "store/world.hpp"

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace tranche::test {

/// A statement that reads more of a big table than it needs.
struct FullScan {
  std::string statement;
  std::string plan;
};

/// While it lives, every statement of every connection opened meanwhile is explained before it is
/// run. Sessions of its own ask for the plans, so what is measured goes on as ever.
class Explained {
 public:
  /// `tables`: the big ones besides the inventory's.
  explicit Explained(const World& world, std::vector<std::string> tables);
  ~Explained();
  Explained(const Explained&) = delete;
  Explained& operator=(const Explained&) = delete;

  /// The names of the statements seen.
  const std::set<std::string>& seen() const;
  const std::vector<FullScan>& scans() const;

  struct Plans;

 private:
  std::shared_ptr<Plans> plans_;
};

}  // namespace tranche::test
