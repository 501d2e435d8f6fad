#include "tranche/campaign_plan.hpp"
#include "tranche/error.hpp"

#include <nlohmann/json.hpp>

#include <charconv>

namespace tranche {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kFormat = "tranche campaign plan 1";

Json key_json(const std::optional<Key>& key) {
  return key ? Json(key->text()) : Json(nullptr);
}
template <typename Value>
Json maybe(const std::optional<Value>& value) {
  return value ? Json(*value) : Json(nullptr);
}

[[noreturn]] void refuse(const std::string& why) {
  throw Error(
      ErrorCode::refused,
      "the plan " + why +
          "; accepted is a file that 'tranche campaign create --dry-run --save FILE' wrote");
}

/// The fields of a plan, each of its type.
class Reader {
 public:
  Reader(const Json& object, KeyType type) : object_(object), type_(type) {}

  template <typename Value>
  std::optional<Value> maybe(const std::string& name) const {
    const auto found = object_.find(name);
    if (found == object_.end() || found->is_null()) {
      return std::nullopt;
    }
    try {
      return found->template get<Value>();
    } catch (const nlohmann::json::exception&) {
      refuse("has '" + found->dump() + "' as '" + name + "'");
    }
  }
  template <typename Value>
  Value need(const std::string& name) const {
    auto value = maybe<Value>(name);
    if (!value) {
      refuse("has no '" + name + "'");
    }
    return *value;
  }
  Key key(const std::string& name) const { return Key::parse(type_, need<std::string>(name)); }

 private:
  const Json& object_;
  KeyType type_;
};

std::uint64_t digest_of(const std::string& text) {
  std::uint64_t digest = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), digest);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size()) {
    refuse("has '" + text + "' as a digest");
  }
  return digest;
}

}  // namespace

std::string to_json(const CampaignPlan& plan) {
  const Window& window = plan.window;
  Json json{{"format", kFormat},
            {"job", plan.job},
            {"job_version", plan.job_version},
            {"from", key_json(window.lower)},
            {"to", key_json(window.upper)},
            {"filter", window.filter},
            {"only_missing", window.only_missing},
            {"missing_version", maybe(window.missing_version)},
            {"newest_first", window.newest_first},
            {"max_count", maybe(window.limits.max_count)},
            {"max_weight", maybe(window.limits.max_weight)},
            {"max_in_flight", maybe(window.max_in_flight)},
            {"halt_after", window.halt_after},
            {"halt_count", maybe(window.halt_count)}};
  Json ranges = Json::array();
  for (const PlannedRange& range : plan.ranges) {
    ranges.push_back({{"first_key", range.first_key.text()},
                      {"last_key", range.last_key.text()},
                      {"count", range.count},
                      {"weight", range.weight},
                      {"digest", std::to_string(range.digest)},
                      {"size_reason", range.size_reason}});
  }
  json["ranges"] = std::move(ranges);
  return json.dump(1);
}

CampaignPlan campaign_plan_from_json(const std::string& text, KeyType type) {
  Json json;
  try {
    json = Json::parse(text);
  } catch (const nlohmann::json::exception&) {
    refuse("is no JSON");
  }
  if (!json.is_object() || json.value("format", Json()) != kFormat) {
    refuse("is of another format");
  }
  const Reader fields(json, type);
  CampaignPlan plan;
  plan.job = fields.need<std::string>("job");
  plan.job_version = fields.need<int>("job_version");
  Window& window = plan.window;
  window.kind = WindowKind::campaign;
  window.lower = fields.key("from");
  window.upper = fields.key("to");
  window.filter = fields.need<std::string>("filter");
  window.only_missing = fields.need<bool>("only_missing");
  window.missing_version = fields.maybe<int>("missing_version");
  window.newest_first = fields.need<bool>("newest_first");
  window.limits.max_count = fields.maybe<std::int64_t>("max_count");
  window.limits.max_weight = fields.maybe<double>("max_weight");
  window.max_in_flight = fields.maybe<std::int64_t>("max_in_flight");
  window.halt_after = fields.need<std::string>("halt_after");
  window.halt_count = fields.maybe<std::int64_t>("halt_count");
  for (const Json& one : fields.need<Json>("ranges")) {
    const Reader range(one, type);
    plan.ranges.push_back({range.key("first_key"),
                           range.key("last_key"),
                           range.need<std::int64_t>("count"),
                           range.need<double>("weight"),
                           digest_of(range.need<std::string>("digest")),
                           range.maybe<std::string>("size_reason").value_or("")});
  }
  return plan;
}

}  // namespace tranche
