#include "register/manifest.hpp"

#include "tranche/error.hpp"

#include <nlohmann/json.hpp>

namespace tranche::runner {

namespace {

using nlohmann::json;

constexpr const char* kForm =
    R"(accepted is one JSON object a line, such as {"item":"s3://bucket/key","weight":1024,"time":"2026-01-31T12:00:00Z"})";

// The first of the two names that the object has, unless it is null.
const json* field(const json& object, const char* name, const char* other) {
  for (const char* candidate : {name, other}) {
    const auto found = object.find(candidate);
    if (found != object.end() && !found->is_null()) {
      return &*found;
    }
  }
  return nullptr;
}

std::optional<double> weight_of(const json& object) {
  const json* value = field(object, "weight", "size");
  if (value == nullptr) {
    return std::nullopt;
  }
  if (value->is_number()) {
    return value->get<double>();
  }
  if (value->is_string()) {
    return manifest_weight(value->get_ref<const std::string&>());
  }
  throw Error(ErrorCode::refused,
              "the weight is " + std::string(value->type_name()) +
                  "; accepted is a number, or text such as \"10MiB\"");
}

std::optional<AssetTime> time_of(const json& object) {
  const json* value = field(object, "time", "modified_at");
  if (value == nullptr) {
    return std::nullopt;
  }
  if (!value->is_string()) {
    throw Error(ErrorCode::refused,
                "the time is " + std::string(value->type_name()) +
                    "; accepted is text such as \"2026-01-31T12:00:00Z\"");
  }
  return manifest_time(value->get_ref<const std::string&>());
}

void read_object(TextInput& input, const std::string& line, const AssetSink& sink) {
  const json object = json::parse(line, nullptr, false);
  if (!object.is_object()) {
    input.refuse(std::string(object.is_discarded() ? "is not JSON; " : "is not an object; ") +
                 kForm);
  }
  const json* item = field(object, "item", "path");
  if (item == nullptr || !item->is_string()) {
    input.refuse(std::string("has no text 'item' (or 'path'); ") + kForm);
  }
  try {
    sink.asset(item->get_ref<const std::string&>(), weight_of(object), time_of(object));
  } catch (const Error& error) {
    input.refuse(error.what());
  }
}

}  // namespace

void read_jsonl(TextInput& input, const AssetSink& sink) {
  while (const auto line = input.next_line()) {
    if (line->find_first_not_of(" \t") != std::string::npos) {
      read_object(input, *line, sink);
    }
  }
}

}  // namespace tranche::runner
