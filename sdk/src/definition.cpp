#include "tranche/definition.hpp"

#include "register/utf8.hpp"

#include "tranche/database_url.hpp"
#include "tranche/error.hpp"
#include "tranche/exit_policy.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <set>

namespace tranche {

namespace {

using nlohmann::json;

constexpr std::size_t kMostFilterBytes = 16'384;

[[noreturn]] void refuse(const std::string& field,
                         const std::string& problem,
                         const std::string& accepted) {
  throw Error(ErrorCode::usage, "field '" + field + "' " + problem + "; accepted is " + accepted);
}

// Reads the fields of one object and remembers which were asked for.
class Fields {
 public:
  explicit Fields(const json& object) : object_(object) {}

  const json* find(const std::string& name) {
    seen_.insert(name);
    const auto found = object_.find(name);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
  }
  const json* find(const std::string& name, const std::string& alias) {
    const json* first = find(name);
    const json* second = find(alias);
    return first != nullptr ? first : second;
  }
  void text(const std::string& name, std::string& value) {
    if (const json* found = find(name)) {
      value = text_of(name, *found);
    }
  }
  void text(const std::string& name, const std::string& alias, std::optional<std::string>& value) {
    if (const json* found = find(name, alias)) {
      value = text_of(name, *found);
    }
  }
  void flag(const std::string& name, bool& value) {
    if (const json* found = find(name)) {
      if (!found->is_boolean()) {
        refuse(name, "is " + found->dump(), "true or false");
      }
      value = found->get<bool>();
    }
  }
  void duration(const std::string& name, std::optional<Duration>& value) {
    if (const json* found = find(name)) {
      if (found->is_number_unsigned()) {
        // Through the text, whose reader knows the bounds.
        value = parse_duration(found->dump() + "s", name);
      } else if (found->is_string()) {
        value = parse_duration(found->get_ref<const std::string&>(), name);
      } else {
        refuse(name, "is " + found->dump(), "a duration such as \"30s\" or a number of seconds");
      }
    }
  }
  void integer(const std::string& name, std::optional<std::int64_t>& value) {
    if (const json* found = find(name)) {
      if (!found->is_number_integer()) {
        refuse(name, "is " + found->dump(), "a whole number");
      }
      value = found->get<std::int64_t>();
    }
  }
  void weight(const std::string& name, std::optional<double>& value) {
    if (const json* found = find(name)) {
      if (found->is_string()) {
        value = parse_weight(found->get_ref<const std::string&>(), name);
      } else if (found->is_number()) {
        value = found->get<double>();
      } else {
        refuse(name, "is " + found->dump(), "a number or a text such as \"10GiB\"");
      }
    }
  }
  void refuse_unknown() const {
    for (const auto& [name, value] : object_.items()) {
      if (!seen_.contains(name)) {
        std::string accepted;
        for (const std::string& known : seen_) {
          accepted += (accepted.empty() ? "" : ", ") + known;
        }
        refuse(name, "is not known", accepted);
      }
    }
  }

 private:
  static std::string text_of(const std::string& name, const json& value) {
    if (value.is_number_integer() && name == "start_key") {
      return value.dump();
    }
    if (!value.is_string()) {
      refuse(name, "is " + value.dump(), "a text");
    }
    return value.get<std::string>();
  }
  const json& object_;
  std::set<std::string> seen_;
};

RetryBackoff retry_backoff_from_string(const std::string& name) {
  for (const RetryBackoff backoff : {RetryBackoff::constant, RetryBackoff::exponential}) {
    if (name == to_string(backoff)) {
      return backoff;
    }
  }
  refuse("retry_backoff", "is '" + name + "'", "constant or exponential");
}

json number_json(double value) {
  constexpr double kExact = 9007199254740992.0;
  if (std::floor(value) == value && std::abs(value) <= kExact) {
    return static_cast<std::int64_t>(value);
  }
  return value;
}

}  // namespace

std::string to_json(const JobDefinition& definition) {
  nlohmann::ordered_json out;
  const auto maybe = [](const auto& value) { return value ? json(*value) : json(nullptr); };
  const auto maybe_duration = [](const std::optional<Duration>& value) {
    return value ? json(format_duration(*value)) : json(nullptr);
  };
  out["source"] = definition.source;
  out["table"] = definition.table;
  out["key_column"] = definition.key_column;
  out["item_column"] = maybe(definition.item_column);
  out["weight_column"] = maybe(definition.weight_column);
  out["time_column"] = maybe(definition.time_column);
  out["filter"] = definition.filter;
  out["max_count"] = maybe(definition.limits.max_count);
  out["max_weight"] =
      definition.limits.max_weight ? number_json(*definition.limits.max_weight) : json(nullptr);
  out["min_count"] = maybe(definition.limits.min_count);
  out["max_wait"] = maybe_duration(definition.limits.max_wait);
  out["target_duration"] = maybe_duration(definition.limits.target_duration);
  out["max_in_flight"] = maybe(definition.max_in_flight);
  out["max_attempts"] = definition.max_attempts;
  out["retry_delay"] = format_duration(definition.retry_delay);
  out["retry_backoff"] = to_string(definition.retry_backoff);
  out["max_retry_delay"] = format_duration(definition.max_retry_delay);
  out["on_exit"] = definition.on_exit;
  out["lease"] = maybe_duration(definition.lease);
  out["start_key"] = maybe(definition.start_key);
  out["settle"] = format_duration(definition.settle);
  out["assume_unique"] = definition.assume_unique;
  out["unstable_filter"] = definition.unstable_filter;
  out["key_type"] = to_string(definition.key_type);
  out["key_is_time"] = definition.key_is_time;
  out["key_order"] = definition.key_order == KeyOrder::proved ? "proved" : "unproved";
  out["key_order_reason"] = definition.key_order_reason;
  return out.dump();
}

JobDefinition definition_from_json(std::string_view text, bool stored) {
  json object;
  try {
    object = json::parse(text);
  } catch (const json::exception& error) {
    throw Error(ErrorCode::usage, std::string("the definition is no JSON: ") + error.what());
  }
  if (!object.is_object()) {
    throw Error(
        ErrorCode::usage,
        "the definition is no JSON object; accepted is {\"name\":…,\"table\":…,\"key_column\":…}");
  }
  Fields fields(object);
  JobDefinition definition;
  fields.text("source", definition.source);
  fields.text("table", definition.table);
  std::optional<std::string> key;
  fields.text("key_column", "key", key);
  definition.key_column = key.value_or("");
  fields.text("item_column", "item", definition.item_column);
  fields.text("weight_column", "weight", definition.weight_column);
  fields.text("time_column", "time_column", definition.time_column);
  fields.text("filter", definition.filter);
  fields.integer("max_count", definition.limits.max_count);
  fields.weight("max_weight", definition.limits.max_weight);
  fields.integer("min_count", definition.limits.min_count);
  fields.duration("max_wait", definition.limits.max_wait);
  fields.duration("target_duration", definition.limits.target_duration);
  fields.integer("max_in_flight", definition.max_in_flight);
  std::optional<std::int64_t> attempts;
  fields.integer("max_attempts", attempts);
  if (attempts && (*attempts < 1 || *attempts > kMostAttempts)) {
    refuse(
        "max_attempts", "is " + std::to_string(*attempts), "1 to " + std::to_string(kMostAttempts));
  }
  definition.max_attempts = static_cast<int>(attempts.value_or(definition.max_attempts));
  std::optional<Duration> delay;
  std::optional<Duration> settle;
  std::optional<Duration> longest;
  std::string backoff(to_string(definition.retry_backoff));
  fields.duration("retry_delay", delay);
  fields.duration("max_retry_delay", longest);
  fields.text("retry_backoff", backoff);
  fields.duration("settle", settle);
  fields.duration("lease", definition.lease);
  definition.retry_delay = delay.value_or(definition.retry_delay);
  definition.retry_backoff = retry_backoff_from_string(backoff);
  definition.max_retry_delay = longest.value_or(definition.max_retry_delay);
  definition.settle = settle.value_or(definition.settle);
  fields.text("on_exit", definition.on_exit);
  fields.text("start_key", "start_key", definition.start_key);
  fields.flag("assume_unique", definition.assume_unique);
  fields.flag("unstable_filter", definition.unstable_filter);
  std::string type(to_string(definition.key_type));
  std::string order = "unproved";
  fields.text("key_type", type);
  fields.flag("key_is_time", definition.key_is_time);
  fields.text("key_order", order);
  fields.text("key_order_reason", definition.key_order_reason);
  // What the source says counts, whatever a person wrote.
  definition.key_type = stored ? key_type_from_string(type) : KeyType::integer;
  definition.key_order = order == "proved" ? KeyOrder::proved : KeyOrder::unproved;
  if (!stored) {
    // What `job show` adds around a definition, so that its output can be applied again.
    for (const char* extra : {"name", "version", "paused", "created_at", "updated_at", "id"}) {
      fields.find(extra);
    }
    fields.refuse_unknown();
  }
  return definition;
}

namespace {

void check_texts(const JobDefinition& definition) {
  const auto check = [](const std::string& field, const std::optional<std::string>& text) {
    if (text && (!is_utf8(*text) || text->find('\0') != std::string::npos)) {
      refuse(field, "is '" + printable(*text) + "'", "a text in UTF-8 without NUL bytes");
    }
  };
  check("source", definition.source);
  check("table", definition.table);
  check("key_column", definition.key_column);
  check("item_column", definition.item_column);
  check("weight_column", definition.weight_column);
  check("time_column", definition.time_column);
  check("filter", definition.filter);
  check("start_key", definition.start_key);
  check("on_exit", definition.on_exit);
}

void check_min_count(const Limits& limits) {
  if (limits.min_count && *limits.min_count < 1) {
    refuse("min_count", "is " + std::to_string(*limits.min_count), "a whole number of at least 1");
  }
  if (limits.min_count && limits.max_count && *limits.max_count < *limits.min_count) {
    refuse("min_count",
           "is " + std::to_string(*limits.min_count) + ", above max_count",
           "up to " + std::to_string(*limits.max_count));
  }
  if (limits.max_wait && *limits.max_wait < Duration::zero()) {
    refuse("max_wait", "is negative", "a duration from 0 up");
  }
}

}  // namespace

void check_definition(const JobDefinition& definition) {
  check_texts(definition);
  if (definition.table.empty()) {
    throw Error(ErrorCode::usage, "a job needs a table: [SCHEMA.]TABLE");
  }
  if (definition.key_column.empty()) {
    throw Error(ErrorCode::usage, "a job needs a key column, in whose order assets are handed out");
  }
  if (definition.limits.max_count && *definition.limits.max_count < 1) {
    refuse("max_count",
           "is " + std::to_string(*definition.limits.max_count),
           "a whole number of at least 1");
  }
  if (definition.limits.max_weight) {
    const double weight = *definition.limits.max_weight;
    if (!std::isfinite(weight) || weight <= 0) {
      refuse("max_weight", "is " + format_weight(weight), "a number above 0, such as 10GiB");
    }
    if (!definition.weight_column) {
      throw Error(ErrorCode::usage,
                  "a weight limit needs a weight column; name it with --weight COLUMN");
    }
  }
  check_min_count(definition.limits);
  if (definition.limits.target_duration && *definition.limits.target_duration < kShortestTarget) {
    refuse("target_duration",
           "is " + format_duration(*definition.limits.target_duration),
           "at least " + format_duration(kShortestTarget));
  }
  if (definition.max_in_flight && *definition.max_in_flight < 1) {
    refuse("max_in_flight",
           "is " + std::to_string(*definition.max_in_flight),
           "a whole number of at least 1");
  }
  if (definition.max_attempts < 1 || definition.max_attempts > kMostAttempts) {
    refuse("max_attempts",
           "is " + std::to_string(definition.max_attempts),
           "1 to " + std::to_string(kMostAttempts));
  }
  if (definition.lease && *definition.lease < kShortestLease) {
    refuse("lease",
           "is " + format_duration(*definition.lease),
           "at least " + format_duration(kShortestLease));
  }
  for (const auto& [name, value] : {std::pair{"retry_delay", definition.retry_delay},
                                    std::pair{"max_retry_delay", definition.max_retry_delay},
                                    std::pair{"settle", definition.settle}}) {
    if (value < Duration::zero()) {
      refuse(name, "is negative", "a duration from 0 up");
    }
  }
  if (definition.filter.size() > kMostFilterBytes) {
    refuse("filter", "has " + std::to_string(definition.filter.size()) + " bytes", "up to 16384");
  }
  if (!definition.source.empty()) {
    DatabaseUrl::parse(definition.source);
  }
  ExitPolicy::parse(definition.on_exit);
}

}  // namespace tranche
