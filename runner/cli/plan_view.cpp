#include "cli/plan_view.hpp"

#include "cli/people.hpp"
#include "cli/print.hpp"
#include "json/values.hpp"
#include "log.hpp"

#include <cmath>

namespace tranche::cli {
namespace {

using Align = Column::Align;

std::string seconds_text(double seconds) {
  return short_duration(Duration(static_cast<std::int64_t>(seconds * 1000)));
}

std::string json_text(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
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

PlanView::PlanView(OutputFormat format,
                   const Pace& pace,
                   const std::vector<Column>& columns,
                   const std::string& noun,
                   const Json& object)
    : pace_(pace),
      listing_(format, noun, columns),
      as_object_(format == OutputFormat::json && object.is_object()) {
  if (as_object_) {
    for (const auto& [name, value] : object.items()) {
      print((name == object.begin().key() ? "{\n  " : ",\n  ") + json_text(name) + ": " +
            json_text(value));
    }
    print(",\n  \"ranges\": [");
  }
}

void PlanView::add(Json row, std::int64_t count, double weight) {
  row["estimated_seconds"] = estimate_json(pace_.seconds_of(count, weight));
  if (as_object_) {
    print((ranges_ == 0 ? "\n    " : ",\n    ") + json_text(row));
  } else {
    listing_.add(row);
  }
  ++ranges_;
  count_ += count;
  weight_ += weight;
}

void PlanView::finish() {
  const auto seconds = pace_.seconds_of(count_, weight_);
  if (as_object_) {
    const Json total{{"ranges", ranges_},
                     {"count", count_},
                     {"weight", weight_json(weight_)},
                     {"estimated_seconds", estimate_json(seconds)}};
    print("\n  ],\n  \"total\": " + json_text(total) + "\n}\n");
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
