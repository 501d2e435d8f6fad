#pragma once

#include "cli/output.hpp"

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
class PlanView {
 public:
  PlanView(OutputFormat format,
           const Pace& pace,
           const std::vector<Column>& columns,
           const std::string& noun,
           Json object = nullptr)
      : format_(format), pace_(pace), listing_(format, noun, columns), object_(std::move(object)) {}

  void add(Json row, std::int64_t count, double weight);
  void finish();

 private:
  bool as_object() const { return format_ == OutputFormat::json && object_.is_object(); }

  OutputFormat format_;
  Pace pace_;
  Listing listing_;
  Json object_;
  std::int64_t ranges_ = 0;
  std::int64_t count_ = 0;
  double weight_ = 0;
};

}  // namespace tranche::cli
