#include "cli/command.hpp"

#include "tranche/error.hpp"

#include <algorithm>

namespace tranche::cli {
namespace {

std::string list_of(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    text += text.empty() ? word : ", " + word;
  }
  return text;
}

void check_choice(const Parameter& parameter, const std::string& value, std::string_view what) {
  const auto& accepted = parameter.choices;
  if (!accepted.empty() && std::find(accepted.begin(), accepted.end(), value) == accepted.end()) {
    throw Error(
        ErrorCode::usage,
        std::string(what) + ": '" + value + "' is unknown; use one of " + list_of(accepted));
  }
}

}  // namespace

Parameter& Parameter::env(std::string_view variable) {
  environment = variable;
  return *this;
}

Parameter& Parameter::range(std::int64_t smallest, std::int64_t largest) {
  min = smallest;
  max = largest;
  return *this;
}

Parameter& Parameter::default_text(std::string_view text) {
  shown_default = text;
  return *this;
}

Parameter& Parameter::need() {
  required = true;
  shown_default.clear();
  return *this;
}

DatabaseUrl Context::inventory() const {
  return db ? DatabaseUrl::parse(*db) : DatabaseUrl::default_inventory();
}

void assign_value(std::string& target,
                  const Parameter& parameter,
                  const std::string& value,
                  std::string_view what) {
  check_choice(parameter, value, what);
  target = value;
}

void assign_value(int& target,
                  const Parameter& parameter,
                  const std::string& value,
                  std::string_view what) {
  constexpr std::int64_t kMax = std::numeric_limits<int>::max();
  target = static_cast<int>(
      parse_integer(value, what, std::max(parameter.min, -kMax), std::min(parameter.max, kMax)));
}

void assign_value(std::int64_t& target,
                  const Parameter& parameter,
                  const std::string& value,
                  std::string_view what) {
  target = parse_integer(value, what, parameter.min, parameter.max);
}

void assign_value(Duration& target,
                  const Parameter&,
                  const std::string& value,
                  std::string_view what) {
  target = parse_duration(value, what);
}

void assign_value(TimePoint& target,
                  const Parameter&,
                  const std::string& value,
                  std::string_view what) {
  target = parse_time(value, what);
}

void assign_value(double& target,
                  const Parameter&,
                  const std::string& value,
                  std::string_view what) {
  target = parse_weight(value, what);
}

std::string default_of(const std::string& target) {
  return target;
}
std::string default_of(int target) {
  return std::to_string(target);
}
std::string default_of(std::int64_t target) {
  return std::to_string(target);
}
std::string default_of(Duration target) {
  return format_duration(target);
}
std::string default_of(double target) {
  return format_weight(target);
}

Command::Command(std::string_view name,
                 std::string_view summary,
                 std::string_view example,
                 std::string_view group)
    : name_(name), summary_(summary), examples_{std::string(example)}, group_(group) {}

Parameter& Command::add(Parameter::Kind kind,
                        std::string_view flags,
                        std::string_view value_name,
                        std::string_view help,
                        Parameter::Assign assign) {
  Parameter& added = parameters_.emplace_back();
  added.kind = kind;
  if (flags.size() > 3 && flags[0] == '-' && flags[2] == ',') {
    added.short_name = flags[1];
    flags.remove_prefix(3);
  }
  added.name = flags;
  added.value_name = value_name;
  added.help = help;
  added.assign = std::move(assign);
  return added;
}

Parameter& Command::weight(std::string_view flags,
                           std::optional<double>& target,
                           std::string_view value_name,
                           std::string_view help) {
  return option(flags, target, value_name, help);
}

Parameter& Command::flag(std::string_view flags, bool& target, std::string_view help) {
  return add(Parameter::Kind::flag,
             flags,
             "",
             help,
             [&target](const Parameter&, const std::string&, std::string_view) { target = true; });
}

Parameter& Command::choices(std::string_view flags,
                            std::string& target,
                            std::initializer_list<std::string_view> accepted,
                            std::string_view help) {
  Parameter& added = option(flags, target, "", help);
  added.choices.assign(accepted.begin(), accepted.end());
  return added;
}

Parameter& Command::choices(std::string_view flags,
                            std::optional<std::string>& target,
                            std::initializer_list<std::string_view> accepted,
                            std::string_view help) {
  Parameter& added = option(flags, target, "", help);
  added.choices.assign(accepted.begin(), accepted.end());
  return added;
}

Parameter& Command::listing(OutputFormat& target) {
  Parameter& added = add(
      Parameter::Kind::option,
      "-o,--output",
      "",
      "Form of the result",
      [&target](const Parameter& parameter, const std::string& value, std::string_view what) {
        check_choice(parameter, value, what);
        const auto& all = parameter.choices;
        target = static_cast<OutputFormat>(std::find(all.begin(), all.end(), value) - all.begin());
      });
  added.choices = {"table", "json", "jsonl", "csv"};  // in the order of OutputFormat
  added.shown_default = added.choices[static_cast<std::size_t>(target)];
  return added;
}

Parameter& Command::rest(std::string_view name,
                         std::vector<std::string>& target,
                         std::string_view help) {
  return add(Parameter::Kind::rest, name, name, help, into(target)).need();
}

Command& Registry::command(std::string_view name,
                           std::string_view summary,
                           std::string_view example) {
  return commands_.emplace_back(name, summary, example, group_);
}

void Registry::family(std::string_view name, std::string_view summary) {
  families_.push_back({std::string(name), std::string(summary)});
}

Command* Registry::find(std::string_view name) {
  const auto found = std::find_if(
      commands_.begin(), commands_.end(), [&](const Command& c) { return c.name() == name; });
  return found == commands_.end() ? nullptr : &*found;
}

std::vector<const Command*> Registry::members(std::string_view family) const {
  const std::string prefix = std::string(family) + ' ';
  std::vector<const Command*> found;
  for (const Command& command : commands_) {
    if (command.name().starts_with(prefix)) {
      found.push_back(&command);
    }
  }
  return found;
}

std::string Registry::family_summary(std::string_view name) const {
  const auto found = std::find_if(families_.begin(), families_.end(), [&](const Family& family) {
    return family.name == name;
  });
  return found == families_.end() ? std::string() : found->summary;
}

}  // namespace tranche::cli
