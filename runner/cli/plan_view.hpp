#pragma once

#include "cli/output.hpp"
#include "cli/short_listing.hpp"

#include "tranche/campaign_plan.hpp"

#include <string>
#include <vector>

namespace tranche::cli {

std::vector<Column> campaign_plan_columns();
Json planned_range_json(const PlannedRange& range);
/// "estimated_seconds", of Pace::seconds_of.
Json estimate_json(const std::optional<double>& seconds);
/// The same as people read it.
Column estimate_column();

/// A listing of ranges, each with an estimate of its time, and at the end, on standard error, what
/// all of them are together. With an object as JSON: that object, with "ranges" and "total" in it.
/// Rows are written as they come, but for those of a table.
class PlanView {
 public:
  PlanView(OutputFormat format,
           const Pace& pace,
           const std::vector<Column>& columns,
           const std::string& noun,
           const Json& object = nullptr);

  void add(Json row, std::int64_t count, double weight);
  void finish();

 private:
  Pace pace_;
  ShortListing listing_;
  bool as_object_;
  std::int64_t ranges_ = 0;
  std::int64_t count_ = 0;
  double weight_ = 0;
};

}  // namespace tranche::cli
