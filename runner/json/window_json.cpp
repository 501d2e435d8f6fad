#include "json/window_json.hpp"

namespace tranche::runner {

std::string_view to_string(WindowState state) {
  return state == WindowState::paused      ? "paused"
         : state == WindowState::cancelled ? "cancelled"
                                           : "active";
}

Json window_json(const std::string& job, const Window& window) {
  return {{"name", window.name},
          {"job", job},
          {"state", to_string(window.state)},
          {"state_reason", text_json(window.state_reason)},
          {"from", key_json(window.lower)},
          {"to", key_json(window.upper)},
          {"frontier", key_json(window.frontier)},
          {"from_text", key_text_json(window.lower)},
          {"to_text", key_text_json(window.upper)},
          {"frontier_text", key_text_json(window.frontier)},
          {"max_count", maybe_json(window.limits.max_count)},
          {"max_weight",
           window.limits.max_weight ? weight_json(*window.limits.max_weight) : Json(nullptr)},
          {"max_in_flight", maybe_json(window.max_in_flight)},
          {"filter", text_json(window.filter)},
          {"only_missing", window.only_missing},
          {"missing_version", maybe_json(window.missing_version)},
          {"newest_first", window.newest_first},
          {"halt_after", text_json(window.halt_after)},
          {"halt_count", maybe_json(window.halt_count)},
          {"created_at", time_json(window.created_at)}};
}

}  // namespace tranche::runner
