#pragma once

#include "tranche/inventory.hpp"

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
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

/// A campaign before it is created.
struct CampaignPlan {
  std::string job;
  int job_version = 0;
  Window window;                     ///< id 0
  std::vector<PlannedRange> ranges;  ///< in the order in which they are handed out
};

/// Hears a plan while it is made.
class PlanListener {
 public:
  virtual ~PlanListener() = default;
  /// Once, before all ranges: the plan without them.
  virtual void begin(const CampaignPlan& plan) = 0;
  virtual void add(const PlannedRange& range) = 0;
};

/// Seconds of one command at a time, of the newest batches that succeeded; empty: no history.
struct Pace {
  std::optional<double> seconds_per_asset;
  std::optional<double> seconds_per_weight;  ///< empty too where nothing had a weight

  /// By weight where that is known, else by count.
  std::optional<double> seconds_of(std::int64_t count, double weight) const;
};

/// A plan to be kept in a file: lines of JSON. The first is the campaign: {"format":"tranche
/// campaign plan 1","job","job_version","from","to","filter","only_missing","missing_version",
/// "newest_first","max_count","max_weight","max_in_flight","halt_after","halt_count"}. Each range
/// is one more: {"first_key","last_key","count","weight","digest","size_reason"}; keys and digests
/// are texts. The last says how many those are: {"ranges"}.
class PlanWriter final : public PlanListener {
 public:
  using Write = std::function<void(std::string_view)>;
  explicit PlanWriter(Write write) : write_(std::move(write)) {}

  void begin(const CampaignPlan& plan) override;
  void add(const PlannedRange& range) override;
  /// Needed once at the end.
  void finish();

 private:
  Write write_;
  std::int64_t ranges_ = 0;
};

/// Reads what PlanWriter wrote. Fields that are not known are ignored. Errors: refused, naming what
/// is wrong, in which line, and what would be accepted.
class PlanReader {
 public:
  /// `type` is that of the job's keys. The text, good as long as this, begins where it stands now.
  PlanReader(std::istream& text, KeyType type);

  /// Without ranges.
  const CampaignPlan& plan() const { return plan_; }
  /// All ranges, each time from the first.
  void read_ranges(const std::function<void(const PlannedRange&)>& each);

 private:
  std::optional<std::string> next_line();
  std::optional<PlannedRange> next_range();

  std::istream& text_;
  KeyType type_;
  CampaignPlan plan_;
  std::int64_t ranges_at_ = 0;  ///< where they begin in the text
  std::int64_t line_ = 0;
  std::int64_t read_ = 0;
};

std::string to_json(const CampaignPlan& plan);
CampaignPlan campaign_plan_from_json(const std::string& text, KeyType type);

}  // namespace tranche
