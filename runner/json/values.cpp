#include "json/values.hpp"

#include <cmath>
#include <cstdint>

namespace tranche::runner {
namespace {

constexpr double kLargestExact = 9007199254740992.0;  // 2^53

}  // namespace

Json key_json(const std::optional<Key>& key) {
  return key && key->type() == KeyType::integer ? Json(key->number()) : key_text_json(key);
}

Json key_text_json(const std::optional<Key>& key) {
  return key ? Json(key->text()) : Json(nullptr);
}

Json time_json(const std::optional<TimePoint>& time) {
  return time ? Json(format_time(*time)) : Json(nullptr);
}

Json weight_json(double weight) {
  if (weight == std::trunc(weight) && std::abs(weight) <= kLargestExact) {
    return static_cast<std::int64_t>(weight);
  }
  return weight;
}

Json text_json(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

Json outputs_json(const Outputs& outputs) {
  Json object = Json::object();
  for (const auto& [name, value] : outputs) {
    object[name] = value;
  }
  return object;
}

std::string dump_line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace tranche::runner
