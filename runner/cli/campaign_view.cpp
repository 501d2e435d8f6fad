#include "cli/campaign_view.hpp"

#include "cli/figures_text.hpp"
#include "json/backlog_json.hpp"
#include "json/figures_json.hpp"
#include "json/window_json.hpp"
#include "progress/window_figures.hpp"

namespace tranche::cli {
namespace {

using Align = Column::Align;

std::string state_text(const Json& campaign) {
  const Json& reason = campaign.at("state_reason");
  return campaign.at("state").get<std::string>() +
         (reason.is_string() ? " (" + reason.get<std::string>() + ")" : "");
}

std::string missing_text(const Json& campaign) {
  const Json& version = campaign.at("missing_version");
  return !campaign.at("only_missing").get<bool>() ? "no"
         : version.is_null()                      ? "yes"
                                                  : "of version " + version.dump();
}

std::string order_text(const Json& campaign) {
  return campaign.at("newest_first").get<bool>() ? "newest first" : "oldest first";
}

}  // namespace

std::vector<Column> campaign_fields() {
  return {{"name", "CAMPAIGN"},
          {"job", "JOB"},
          {"state", "STATE", Align::left, 1, state_text, true},
          {"complete", "COMPLETE"},
          {"progress", "PROGRESS", Align::left, 1, progress_text},
          {"done_count", "DONE", Align::left, 1, done_text},
          {"done_weight", "DONE WEIGHT", Align::left, 1, done_weight_text},
          {"count_per_second", "RATE", Align::left, 1, rate_text},
          {"seconds_left", "TIME LEFT", Align::left, 1, left_text},
          {"slowest", "SLOWEST", Align::left, 1, slowest_text},
          {"from", "FROM"},
          {"to", "TO"},
          {"frontier", "FRONTIER"},
          {"count", "COUNT"},
          {"weight", "WEIGHT"},
          {"ready", "READY"},
          {"processing", "PROCESSING"},
          {"failed", "FAILED"},
          {"exhausted", "EXHAUSTED"},
          {"cancelled", "CANCELLED"},
          {"max_count", "MAX COUNT"},
          {"max_weight", "MAX WEIGHT"},
          {"max_in_flight", "MAX IN FLIGHT"},
          {"filter", "FILTER"},
          {"missing", "ONLY MISSING", Align::left, 1, missing_text},
          {"order", "ORDER", Align::left, 1, order_text},
          {"halt_after", "HALT AFTER"},
          {"created_at", "CREATED"}};
}

Json campaign_json(Inventory& inventory, const std::string& job, const std::string& name) {
  const Window window = inventory.find_window(job, name);
  const Backlog backlog = inventory.backlog(job, name);
  Json json = runner::window_json(job, window);
  const bool passed = window.frontier && (window.newest_first ? *window.frontier <= *window.lower
                                                              : *window.frontier >= *window.upper);
  json["complete"] = backlog.count == 0 && passed;
  json.update(runner::figures_json(runner::window_figures(inventory, backlog)));
  const Json left = runner::backlog_json(backlog);
  for (const char* field : {"count",
                            "weight",
                            "ready",
                            "unsettled",
                            "processing",
                            "failed",
                            "exhausted",
                            "cancelled"}) {
    json[field] = left.at(field);
  }
  return json;
}

}  // namespace tranche::cli
