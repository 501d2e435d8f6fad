#include "inventory/failure_budget.hpp"

#include "tranche/campaign_plan.hpp"
#include "tranche/error.hpp"

#include <nlohmann/json.hpp>

#include <charconv>
#include <cmath>
#include <istream>
#include <limits>
#include <sstream>

namespace tranche {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kFormat = "tranche campaign plan 1";
constexpr std::size_t kLongestShown = 60;

Json key_json(const std::optional<Key>& key) {
  return key ? Json(key->text()) : Json(nullptr);
}
template <typename Value>
Json maybe(const std::optional<Value>& value) {
  return value ? Json(*value) : Json(nullptr);
}

/// Keys and filters may hold any bytes.
std::string line_of(const Json& line) {
  try {
    return line.dump() + "\n";
  } catch (const nlohmann::json::exception&) {
    throw Error(ErrorCode::refused,
                "the plan has a key or a filter that is no UTF-8, and cannot be kept as JSON: " +
                    line.dump(-1, ' ', true, Json::error_handler_t::replace));
  }
}

[[noreturn]] void refuse(const std::string& why) {
  throw Error(
      ErrorCode::refused,
      "the plan " + why +
          "; accepted is a file that 'tranche campaign create --dry-run --save FILE' wrote");
}

std::string shown(const Json& value) {
  if (value.is_structured()) {
    return std::string("an ") + value.type_name();
  }
  const std::string text = value.dump(-1, ' ', true);
  return text.size() > kLongestShown ? text.substr(0, kLongestShown) + "..." : text;
}

/// The fields of a line, each of its type.
class Fields {
 public:
  Fields(const std::string& text, std::int64_t line, KeyType type) : line_(line), type_(type) {
    object_ = Json::parse(text, nullptr, false);
    if (!object_.is_object()) {
      refuse("has no JSON object in line " + std::to_string(line_));
    }
  }

  bool has(const std::string& name) const { return object_.contains(name); }

  std::string text(const std::string& name) const {
    const Json& value = need(name);
    if (!value.is_string()) {
      refuse_value(name, value);
    }
    return value.get<std::string>();
  }
  bool flag(const std::string& name) const {
    const Json& value = need(name);
    if (!value.is_boolean()) {
      refuse_value(name, value);
    }
    return value.get<bool>();
  }
  double number(const std::string& name) const {
    const Json& value = need(name);
    if (!value.is_number() || !std::isfinite(value.get<double>())) {
      refuse_value(name, value);
    }
    return value.get<double>();
  }
  std::int64_t integer(const std::string& name, std::int64_t least, std::int64_t most) const {
    const Json& value = need(name);
    // What is too large for 64 bits reads as a float.
    const bool small =
        value.is_number_integer() &&
        !(value.is_number_unsigned() && value.get<std::uint64_t>() > std::uint64_t{kMost});
    if (!small || value.get<std::int64_t>() < least || value.get<std::int64_t>() > most) {
      refuse_value(name, value);
    }
    return value.get<std::int64_t>();
  }
  std::int64_t positive(const std::string& name) const { return integer(name, 1, kMost); }
  int version(const std::string& name) const {
    return static_cast<int>(integer(name, 1, std::numeric_limits<int>::max()));
  }
  Key key(const std::string& name) const {
    const std::string value = text(name);
    try {
      return Key::parse(type_, value);
    } catch (const Error&) {
      refuse_value(name, value);
    }
  }
  std::uint64_t digest(const std::string& name) const {
    const std::string value = text(name);
    std::uint64_t digest = 0;
    const auto end = std::from_chars(value.data(), value.data() + value.size(), digest);
    if (end.ec != std::errc() || end.ptr != value.data() + value.size()) {
      refuse_value(name, value);
    }
    return digest;
  }
  /// `read` is one of the above.
  template <typename Value>
  std::optional<Value> maybe(const std::string& name,
                             Value (Fields::*read)(const std::string&) const) const {
    return need(name).is_null() ? std::nullopt : std::optional<Value>((this->*read)(name));
  }
  [[noreturn]] void refuse_value(const std::string& name, const Json& value) const {
    refuse("has " + shown(value) + " as '" + name + "' in line " + std::to_string(line_));
  }

 private:
  static constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

  const Json& need(const std::string& name) const {
    const auto found = object_.find(name);
    if (found == object_.end()) {
      refuse("has no '" + name + "' in line " + std::to_string(line_));
    }
    return *found;
  }

  std::int64_t line_;
  KeyType type_;
  Json object_;
};

/// A count that somebody made up would pause the campaign at another time than it says.
void read_budget(const Fields& fields, Window& window) {
  window.halt_after = fields.text("halt_after");
  window.halt_count = fields.maybe("halt_count", &Fields::positive);
  bool fits = window.halt_after.empty() != window.halt_count.has_value();
  if (fits && window.halt_count) {
    try {
      const HaltAfter budget = HaltAfter::parse(window.halt_after);
      fits = budget.share || budget.count == *window.halt_count;
    } catch (const Error&) {
      fits = false;
    }
  }
  if (!fits) {
    fields.refuse_value("halt_after", window.halt_after);
  }
}

void read_limits(const Fields& fields, Window& window) {
  window.limits.max_count = fields.maybe("max_count", &Fields::positive);
  window.limits.max_weight = fields.maybe("max_weight", &Fields::number);
  if (window.limits.max_weight && *window.limits.max_weight <= 0) {
    fields.refuse_value("max_weight", *window.limits.max_weight);
  }
  window.max_in_flight = fields.maybe("max_in_flight", &Fields::positive);
}

Window read_campaign(const Fields& fields) {
  Window window;
  window.kind = WindowKind::campaign;
  window.lower = fields.key("from");
  window.upper = fields.key("to");
  window.filter = fields.text("filter");
  window.only_missing = fields.flag("only_missing");
  window.missing_version = fields.maybe("missing_version", &Fields::version);
  if (window.missing_version && !window.only_missing) {
    fields.refuse_value("missing_version", *window.missing_version);
  }
  window.newest_first = fields.flag("newest_first");
  read_limits(fields, window);
  read_budget(fields, window);
  return window;
}

}  // namespace

void PlanWriter::begin(const CampaignPlan& plan) {
  const Window& window = plan.window;
  const Json line{{"format", kFormat},
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
  write_(line_of(line));
}

void PlanWriter::add(const PlannedRange& range) {
  const Json line{{"first_key", range.first_key.text()},
                  {"last_key", range.last_key.text()},
                  {"count", range.count},
                  {"weight", range.weight},
                  {"digest", std::to_string(range.digest)},
                  {"size_reason", range.size_reason}};
  write_(line_of(line));
  ++ranges_;
}

void PlanWriter::finish() {
  write_(line_of({{"ranges", ranges_}}));
}

PlanReader::PlanReader(std::istream& text, KeyType type) : text_(text), type_(type) {
  const auto first = next_line();
  const Json format = first ? Json::parse(*first, nullptr, false) : Json(Json::value_t::discarded);
  if (!format.is_object() || format.value("format", Json()) != kFormat) {
    refuse("is of another format");
  }
  const Fields fields(*first, line_, type);
  plan_.job = fields.text("job");
  plan_.job_version = fields.version("job_version");
  plan_.window = read_campaign(fields);
  ranges_at_ = text_.tellg();
}

void PlanReader::read_ranges(const std::function<void(const PlannedRange&)>& each) {
  if (read_ > 0) {
    text_.clear();
    text_.seekg(ranges_at_);
    if (!text_) {
      refuse("cannot be read a second time");
    }
  }
  line_ = 1;
  read_ = 0;
  while (const auto range = next_range()) {
    each(*range);
  }
}

std::optional<std::string> PlanReader::next_line() {
  std::string line;
  if (!std::getline(text_, line)) {
    return std::nullopt;
  }
  ++line_;
  return line;
}

std::optional<PlannedRange> PlanReader::next_range() {
  const auto line = next_line();
  if (!line) {
    refuse("ends with line " + std::to_string(line_) + ", before its last one");
  }
  const Fields fields(*line, line_, type_);
  ++read_;
  if (!fields.has("ranges")) {
    return PlannedRange{fields.key("first_key"),
                        fields.key("last_key"),
                        fields.positive("count"),
                        fields.number("weight"),
                        fields.digest("digest"),
                        fields.text("size_reason")};
  }
  const std::int64_t ranges = fields.integer("ranges", 0, std::numeric_limits<std::int64_t>::max());
  if (ranges != read_ - 1) {
    refuse("has " + std::to_string(read_ - 1) + " ranges, and says in line " +
           std::to_string(line_) + " that it has " + std::to_string(ranges));
  }
  if (const auto more = next_line(); more && !more->empty()) {
    refuse("goes on behind its last line, " + std::to_string(line_ - 1));
  }
  return std::nullopt;
}

std::string to_json(const CampaignPlan& plan) {
  std::string text;
  PlanWriter writer([&](std::string_view part) { text += part; });
  writer.begin(plan);
  for (const PlannedRange& range : plan.ranges) {
    writer.add(range);
  }
  writer.finish();
  return text;
}

CampaignPlan campaign_plan_from_json(const std::string& text, KeyType type) {
  std::istringstream stream(text);
  PlanReader reader(stream, type);
  CampaignPlan plan = reader.plan();
  reader.read_ranges([&](const PlannedRange& range) { plan.ranges.push_back(range); });
  return plan;
}

}  // namespace tranche
