#include "config_file.hpp"

#include "tranche/error.hpp"

#include <yaml-cpp/yaml.h>

namespace tranche::adapters::openlineage {
namespace {

using Json = nlohmann::json;

constexpr int kMostLevels = 32;

/// A quoted scalar is text; a plain one is what it looks like.
Json scalar(const YAML::Node& node) {
  if (node.Tag() == "!") {
    return node.Scalar();
  }
  bool truth = false;
  if (YAML::convert<bool>::decode(node, truth)) {
    return truth;
  }
  const Json number = Json::parse(node.Scalar(), nullptr, false);
  return number.is_number() ? number : Json(node.Scalar());
}

/// Bounded in depth, for an alias may name what it stands in.
Json as_json(const YAML::Node& node, int levels) {
  if (levels == 0) {
    throw YAML::Exception(YAML::Mark::null_mark(), "nested too deeply");
  }
  if (node.IsMap()) {
    Json object = Json::object();
    for (const auto& entry : node) {
      object[entry.first.Scalar()] = as_json(entry.second, levels - 1);
    }
    return object;
  }
  if (node.IsSequence()) {
    Json array = Json::array();
    for (const auto& entry : node) {
      array.push_back(as_json(entry, levels - 1));
    }
    return array;
  }
  return node.IsScalar() ? scalar(node) : Json();
}

std::string place_of(const YAML::Mark& mark) {
  return mark.is_null() ? "" : ", line " + std::to_string(mark.line + 1);
}

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw Error(ErrorCode::usage, "the file named by OPENLINEAGE_CONFIG, " + path + ", " + why);
}

}  // namespace

Json read_config_file(const std::string& path) {
  Json settings;
  try {
    settings = as_json(YAML::LoadFile(path), kMostLevels);
  } catch (const YAML::BadFile&) {
    refuse(path, "cannot be read");
  } catch (const YAML::Exception& error) {
    refuse(path, "is no YAML that can be read" + place_of(error.mark));
  }
  if (!settings.is_object()) {
    refuse(path, "holds no settings: 'transport:' with a 'type:' is expected");
  }
  return settings;
}

}  // namespace tranche::adapters::openlineage
