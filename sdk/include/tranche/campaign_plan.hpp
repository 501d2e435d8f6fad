#pragma once

#include "tranche/inventory.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tranche {

/// A range of a campaign before it is cut.
struct PlannedRange {
  Key first_key;
  Key last_key;
  std::int64_t count = 0;
  double weight = 0;
  std::uint64_t digest = 0;      ///< of its assets (asset_digest)
  std::string size_reason = {};  ///< as of a Batch
};

/// A campaign before it is created. Memory grows with the number of ranges.
struct CampaignPlan {
  std::string job;
  int job_version = 0;
  Window window;                     ///< id 0
  std::vector<PlannedRange> ranges;  ///< in the order in which they are handed out
};

/// Seconds of one command at a time, of the newest batches that succeeded; empty: no history.
struct Pace {
  std::optional<double> seconds_per_asset;
  std::optional<double> seconds_per_weight;  ///< empty too where nothing had a weight

  /// By weight where that is known, else by count.
  std::optional<double> seconds_of(std::int64_t count, double weight) const;
};

/// A plan as JSON, to be kept in a file. Shape: {"format":"tranche campaign plan 1","job",
/// "job_version","from","to","filter","only_missing","missing_version","newest_first","max_count",
/// "max_weight","max_in_flight","halt_after","halt_count","ranges":[{"first_key","last_key",
/// "count","weight","digest","size_reason"}],...}; keys and digests are texts. Fields that are not
/// known are ignored.
std::string to_json(const CampaignPlan& plan);
/// `type` is that of the job's keys. Errors: refused, naming what is wrong.
CampaignPlan campaign_plan_from_json(const std::string& text, KeyType type);

}  // namespace tranche
