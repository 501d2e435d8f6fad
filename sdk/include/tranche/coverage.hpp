#pragma once

#include "tranche/key.hpp"

#include <cstdint>
#include <string>

namespace tranche {

/// Consecutive assets that no succeeded batch covers.
struct Gap {
  Key first_key;           ///< of the first asset
  Key last_key;            ///< of the last one
  std::int64_t count = 1;  ///< assets that match the job's filter now
  double weight = 0;
};

/// Consecutive assets that a succeeded batch of one job covers, and none of the other.
struct Difference {
  Gap range;  ///< as the job that covers it sees the source
  std::string covered_by;
  std::string missing_in;
};

}  // namespace tranche
