#pragma once

#include "json/values.hpp"

namespace tranche::runner {

/// A campaign as `campaign list` shows it.
nlohmann::ordered_json window_json(const std::string& job, const Window& window);

std::string_view to_string(WindowState state);

}  // namespace tranche::runner
