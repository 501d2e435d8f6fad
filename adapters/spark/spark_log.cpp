#include "spark/spark_log.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace tranche::adapters {
namespace {

constexpr std::size_t kLongestLine = 8192;
/// A log line tells its level so early.
constexpr std::size_t kLevelWithin = 48;

/// The word behind `before`, of letters, digits and `others`; empty where it does not stand there.
std::string word_after(std::string_view line, std::string_view before, std::string_view others) {
  const auto at = line.rfind(before);
  if (at == std::string_view::npos) {
    return {};
  }
  const std::string_view rest = line.substr(at + before.size());
  const auto end = std::find_if(rest.begin(), rest.end(), [&](unsigned char c) {
    return std::isalnum(c) == 0 && others.find(static_cast<char>(c)) == std::string_view::npos;
  });
  return {rest.begin(), end};
}

void keep(std::string& field, std::string value) {
  if (!value.empty()) {
    field = std::move(value);
  }
}

void keep(std::string& field, std::string value, std::string_view prefix) {
  if (value.starts_with(prefix)) {
    field = std::move(value);
  }
}

bool is_chatter(std::string_view line) {
  const std::string_view start = line.substr(0, kLevelWithin);
  constexpr std::array<std::string_view, 4> kLevels = {" INFO ", " WARN ", " DEBUG ", " TRACE "};
  const bool has_level = std::any_of(kLevels.begin(), kLevels.end(), [&](std::string_view level) {
    return start.find(level) != std::string_view::npos;
  });
  return has_level || line.starts_with("WARNING:") || line.starts_with("Using Spark's default") ||
         line.starts_with("Setting default log level") || line.starts_with("To adjust logging") ||
         line.starts_with("Traceback ") || line.starts_with("Caused by:") || line.front() == '{' ||
         std::isspace(static_cast<unsigned char>(line.front())) != 0;
}

/// "package.SomeError: why", as Python and the JVM write it.
bool is_exception(std::string_view line) {
  if (line.starts_with("Exception in thread")) {
    return true;
  }
  const std::string_view name = line.substr(0, line.find(':'));
  const bool one_word = std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '_' || c == '$';
  });
  return one_word &&
         (name.ends_with("Error") || name.ends_with("Exception") || name.ends_with("Interrupt"));
}

}  // namespace

void SparkLog::feed(std::string_view data) {
  while (!data.empty()) {
    const auto end = data.find('\n');
    const std::string_view part = data.substr(0, end);
    line_.append(part.substr(0, kLongestLine - std::min(kLongestLine, line_.size())));
    if (end == std::string_view::npos) {
      return;
    }
    read(line_);
    line_.clear();
    data.remove_prefix(end + 1);
  }
}

const SparkTold& SparkLog::told() {
  read(line_);
  line_.clear();
  return told_;
}

std::string SparkLog::exception() {
  const SparkTold& all = told();
  return exception_ ? all.reason : std::string();
}

void SparkLog::read(std::string_view line) {
  while (!line.empty() && line.back() == '\r') {
    line.remove_suffix(1);
  }
  if (!line.empty()) {
    read_ids(line);
    read_states(line);
    read_reason(line);
  }
}

void SparkLog::read_ids(std::string_view line) {
  keep(told_.application_id, word_after(line, "Connected to Spark cluster with app ID ", "-_"));
  constexpr std::string_view kYarn = "application_";
  keep(told_.application_id, word_after(line, "Submitted application ", "_"), kYarn);
  keep(told_.application_id, word_after(line, "Application report for ", "_"), kYarn);
  keep(told_.driver_id, word_after(line, "Driver successfully submitted as ", "-_"));
  const std::string by_rest = word_after(line, "Submission successfully created as ", "-_");
  if (!by_rest.empty()) {
    told_.driver_id = by_rest;
    told_.by_rest = true;
  }
  if (line.find(" and submission ID ") != std::string_view::npos) {
    keep(told_.application_id, word_after(line, " with application ID ", "-_"));
    keep(told_.submission_id, word_after(line, " and submission ID ", "-_.:"));
  }
}

void SparkLog::read_states(std::string_view line) {
  // "State of driver driver-1 is FAILED, exiting", and before it "State of driver-1 is RUNNING".
  if (line.find("State of driver") != std::string_view::npos) {
    const std::string state = word_after(line, " is ", "_");
    keep(told_.driver_state, state == "now" ? word_after(line, " is now ", "_") : state);
  }
  keep(told_.final_status, word_after(line, "final status: ", "_"));
  keep(told_.phase, word_after(line, "phase: ", ""));
  const std::string code = word_after(line, "exit code: ", "");
  int number = 0;
  if (std::from_chars(code.data(), code.data() + code.size(), number).ec == std::errc() &&
      !code.empty() && number >= told_.pod_exit_code.value_or(0)) {
    told_.pod_exit_code = number;
  }
}

void SparkLog::read_reason(std::string_view line) {
  // What py4j puts behind its own, which says nothing.
  if (exception_ && line.starts_with(": ") && told_.reason.ends_with('.')) {
    told_.reason += line;
    return;
  }
  if (is_chatter(line)) {
    return;
  }
  const bool exception = is_exception(line);
  if (exception || !exception_) {
    told_.reason = line;
    exception_ = exception;
  }
}

}  // namespace tranche::adapters
