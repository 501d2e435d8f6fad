#pragma once

#include "tranche/store.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace tranche {

/// How long a batch waits for its next attempt after so many that count. The random part depends on
/// the batch and the attempt alone: whoever computes it again gets the same.
Duration retry_delay(const JobDefinition& job, std::int64_t batch_id, int attempts);

/// "5%", or a number of assets.
struct HaltAfter {
  std::optional<double> share;  ///< of 1
  std::int64_t count = 0;       ///< without a share

  /// Errors: usage.
  static HaltAfter parse(const std::string& text);
  /// How many of so many assets; at least 1.
  std::int64_t of(std::int64_t assets) const;
};

/// Pauses the batch's window where too many assets of it have failed for good.
void spend_budget(StoreTransaction& transaction, const Batch& failed);

}  // namespace tranche
