#include "cli/plan_view.hpp"

#include "cli/people.hpp"
#include "json/values.hpp"
#include "log.hpp"

#include <cmath>

namespace tranche::cli {
namespace {

using Align = Column::Align;

std::string seconds_text(double seconds) {
  return short_duration(Duration(static_cast<std::int64_t>(seconds * 1000)));
}

std::string estimate_text(const Json& row) {
  const Json& seconds = row.at("estimated_seconds");
  return seconds.is_null() ? "" : seconds_text(seconds.get<double>());
}

}  // namespace

Json estimate_json(const std::optional<double>& seconds) {
  return seconds ? Json(std::round(*seconds * 1000) / 1000) : Json(nullptr);
}

Column estimate_column() {
  return {"estimated_seconds", "ESTIMATE", Align::right, 5, estimate_text};
}

std::vector<Column> campaign_plan_columns() {
  return {{"first_key", "FIRST", Align::right, 8},
          {"last_key", "LAST", Align::right, 8},
          {"count", "COUNT", Align::right, 7},
          weight_column("weight", "WEIGHT", 4),
          estimate_column()};
}

Json planned_range_json(const PlannedRange& range) {
  return {{"first_key", runner::key_json(range.first_key)},
          {"last_key", runner::key_json(range.last_key)},
          {"first_key_text", range.first_key.text()},
          {"last_key_text", range.last_key.text()},
          {"count", range.count},
          {"weight", weight_json(range.weight)}};
}

void PlanView::add(Json row, std::int64_t count, double weight) {
  row["estimated_seconds"] = estimate_json(pace_.seconds_of(count, weight));
  if (as_object()) {
    object_["ranges"].push_back(std::move(row));
  } else {
    listing_.add(row);
  }
  ++ranges_;
  count_ += count;
  weight_ += weight;
}

void PlanView::finish() {
  const auto seconds = pace_.seconds_of(count_, weight_);
  if (as_object()) {
    object_["total"] = {{"ranges", ranges_},
                        {"count", count_},
                        {"weight", weight_json(weight_)},
                        {"estimated_seconds", estimate_json(seconds)}};
    show_object(format_, {}, object_);
    return;
  }
  listing_.finish();
  if (ranges_ == 0) {
    return;
  }
  std::string text = std::to_string(ranges_) + (ranges_ == 1 ? " range, " : " ranges, ") +
                     std::to_string(count_) + (count_ == 1 ? " asset" : " assets") + ", weight " +
                     format_weight(weight_) + ", " +
                     (seconds ? "about " + seconds_text(*seconds) : "no estimate of the time yet");
  runner::log::info(text);
}

}  // namespace tranche::cli
