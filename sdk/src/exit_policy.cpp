#include "tranche/exit_policy.hpp"

#include "tranche/error.hpp"

#include <charconv>
#include <csignal>
#include <cstring>

namespace tranche {

namespace {

constexpr int kSignalBase = 128;
constexpr int kMostStatus = 255;
constexpr int kTimeoutStatus = 124;

[[noreturn]] void refuse(std::string_view entry, const std::string& problem) {
  throw Error(
      ErrorCode::usage,
      "on-exit entry '" + std::string(entry) + "' " + problem +
          "; accepted is STATUS=ACTION, STATUS 1 to 255, a range such as 64-78, a signal name, "
          "timeout, exhausted or *, ACTION retry, fail, skip, split, halt or snooze:DURATION");
}

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || failed != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

ExitAction parse_action(std::string_view entry, std::string_view text) {
  using Kind = ExitAction::Kind;
  static constexpr std::pair<std::string_view, Kind> kActions[] = {{"retry", Kind::retry},
                                                                   {"fail", Kind::fail},
                                                                   {"skip", Kind::skip},
                                                                   {"split", Kind::split},
                                                                   {"halt", Kind::halt}};
  for (const auto& [name, kind] : kActions) {
    if (name == text) {
      return {kind, {}};
    }
  }
  constexpr std::string_view kSnooze = "snooze:";
  if (text.starts_with(kSnooze)) {
    return {Kind::snooze,
            parse_duration(text.substr(kSnooze.size()), "on-exit " + std::string(entry))};
  }
  refuse(entry, "names no action");
}

}  // namespace

std::optional<int> signal_from_name(std::string_view name) {
  if (name.starts_with("SIG")) {
    name.remove_prefix(3);
  }
  for (int signal = 1; signal < NSIG; ++signal) {
    const char* known = sigabbrev_np(signal);
    if (known != nullptr && name == known) {
      return signal;
    }
  }
  return std::nullopt;
}

std::string signal_name(int number) {
  const char* known = sigabbrev_np(number);
  return known == nullptr ? "signal " + std::to_string(number) : "SIG" + std::string(known);
}

ExitPolicy ExitPolicy::parse(std::string_view list) {
  ExitPolicy policy;
  while (!list.empty()) {
    const auto comma = list.find(',');
    const std::string_view entry = list.substr(0, comma);
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    const auto equals = entry.find('=');
    if (equals == std::string_view::npos) {
      refuse(entry, "has no '='");
    }
    const std::string_view status = entry.substr(0, equals);
    Entry made;
    made.action = parse_action(entry, entry.substr(equals + 1));
    if (status == "exhausted") {
      if (made.action.kind == ExitAction::Kind::retry ||
          made.action.kind == ExitAction::Kind::snooze) {
        refuse(entry, "would go on for ever: no attempts are left");
      }
      policy.exhausted_ = made.action;
      continue;
    }
    const auto dash = status.find('-');
    if (status == "*") {
      made.on = Entry::On::any;
    } else if (status == "timeout") {
      made.on = Entry::On::timeout;
    } else {
      made.on = Entry::On::status;
      const auto signal = signal_from_name(status);
      const auto low = signal ? kSignalBase + *signal : number(status.substr(0, dash));
      const auto high =
          signal || dash == std::string_view::npos ? low : number(status.substr(dash + 1));
      if (!low || !high || *low < 1 || *high > kMostStatus || *low > *high) {
        refuse(entry, "names no exit status");
      }
      made.low = *low;
      made.high = *high;
    }
    policy.entries_.push_back(made);
  }
  return policy;
}

ExitAction ExitPolicy::match(const End& end) const {
  const bool has_timeout_entry = [&] {
    for (const Entry& entry : entries_) {
      if (entry.on == Entry::On::timeout) {
        return true;
      }
    }
    return false;
  }();
  std::optional<int> status = end.signal ? std::optional(kSignalBase + *end.signal) : end.exit_code;
  if (end.timed_out) {
    status = has_timeout_entry ? std::nullopt : std::optional(kTimeoutStatus);
  }
  for (const Entry& entry : entries_) {
    const bool matches =
        entry.on == Entry::On::any || (entry.on == Entry::On::timeout && end.timed_out) ||
        (entry.on == Entry::On::status && status && entry.low <= *status && *status <= entry.high);
    if (matches) {
      return entry.action;
    }
  }
  return {};
}

}  // namespace tranche
