#pragma once

#include "tranche/key.hpp"
#include "tranche/types.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

/// How tranche's values look in JSON.
namespace tranche::runner {

using Json = nlohmann::ordered_json;

/// A number where the key is an integer, else a text.
Json key_json(const std::optional<Key>& key);
/// Always a text: integers above 2^53 survive every reader.
Json key_text_json(const std::optional<Key>& key);
/// UTC, RFC 3339, milliseconds.
Json time_json(const std::optional<TimePoint>& time);
/// Without a fraction where it is whole.
Json weight_json(double weight);
/// null where it is empty.
Json text_json(const std::string& text);
Json outputs_json(const Outputs& outputs);
/// On one line without a line break; bytes that are no UTF-8 are replaced.
std::string dump_line(const Json& json);

template <typename T>
Json maybe_json(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

}  // namespace tranche::runner
