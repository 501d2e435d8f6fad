#include "loop/environment.hpp"

#include "batch_variables.hpp"
#include "loop/placeholders.hpp"

#include "tranche/inventory.hpp"

#include <cstdlib>
#include <map>
#include <unistd.h>

namespace tranche::runner {
namespace {

// One string of the environment, its name and final NUL included (MAX_ARG_STRLEN).
constexpr std::size_t kLongestVariable = 131'072;

// The parts of a traceparent.
constexpr std::size_t kTraceAt = 3;
constexpr std::size_t kTraceLength = 32;
constexpr std::size_t kSpanAt = kTraceAt + kTraceLength + 1;
constexpr std::size_t kSpanLength = 16;
constexpr std::size_t kFlagsAt = kSpanAt + kSpanLength + 1;

void append_view(std::vector<std::pair<std::string, std::string>>& variables,
                 const BatchView& view) {
  variables.emplace_back("TRANCHE_ITERATION", std::to_string(view.iteration));
  variables.emplace_back("TRANCHE_ITERATIONS", view.iterations);
  variables.emplace_back("TRANCHE_ITEMS_FILE", view.files.items.string());
  variables.emplace_back("TRANCHE_BATCH_FILE", view.files.batch.string());
  variables.emplace_back("TRANCHE_OUTPUT_FILE", view.files.output.string());
  variables.emplace_back("TRANCHE_REPORT_FILE", view.files.report.string());
  variables.emplace_back("TRANCHE_PROGRESS_FILE", view.files.progress.string());
  variables.emplace_back("TRACEPARENT", make_traceparent(std::getenv("TRACEPARENT")));
}

/// "00-", 32 digits, "-", 16 digits, "-", 2 digits; neither identifier is all zeros.
bool is_traceparent(std::string_view text) {
  constexpr std::string_view kForm = "00-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-xxxxxxxxxxxxxxxx-xx";
  if (text.size() != kForm.size() || !text.starts_with("00-")) {
    return false;
  }
  for (std::size_t i = 3; i < kForm.size(); ++i) {
    const bool digit = std::string_view("0123456789abcdef").find(text[i]) != std::string_view::npos;
    if (kForm[i] == 'x' ? !digit : text[i] != kForm[i]) {
      return false;
    }
  }
  const auto zeros = [](std::string_view id) {
    return id.find_first_not_of('0') == std::string_view::npos;
  };
  return !zeros(text.substr(kTraceAt, kTraceLength)) && !zeros(text.substr(kSpanAt, kSpanLength));
}

}  // namespace

std::vector<std::string> command_environment(const BatchView& view) {
  auto variables = batch_variables(view.batch, view.range_sql);
  append_view(variables, view);
  std::map<std::string, std::string, std::less<>> own(variables.begin(), variables.end());
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (!own.contains(text.substr(0, text.find('=')))) {
      environment.emplace_back(text);
    }
  }
  for (const auto& [name, value] : variables) {
    if (name.size() + value.size() + 2 <= kLongestVariable) {
      environment.push_back(name + "=" + value);
    }
  }
  return environment;
}

PlaceholderValues placeholder_values(const BatchView& view) {
  const Batch& batch = view.batch;
  return {{"first_key", batch.first_key->text()},
          {"last_key", batch.last_key->text()},
          {"count", std::to_string(batch.count)},
          {"weight", format_weight(batch.weight)},
          {"batch_id", std::to_string(batch.id)},
          {"attempt", std::to_string(batch.attempt)},
          {"iteration", std::to_string(view.iteration)},
          {"items_file", view.files.items.string()},
          {"batch_file", view.files.batch.string()},
          {"range_sql", view.range_sql}};
}

std::vector<std::string> command_arguments(const std::vector<std::string>& command,
                                           const PlaceholderValues& values) {
  std::vector<std::string> arguments;
  arguments.reserve(command.size());
  for (const std::string& argument : command) {
    arguments.push_back(replace_placeholders(argument, values));
  }
  return arguments;
}

std::string make_traceparent(const char* inherited) {
  const std::string_view given = inherited == nullptr ? "" : inherited;
  const bool usable = is_traceparent(given);
  const std::string trace =
      usable ? std::string(given.substr(kTraceAt, kTraceLength)) : random_token();
  const std::string flags = usable ? std::string(given.substr(kFlagsAt)) : "01";
  return "00-" + trace + "-" + random_token().substr(0, kSpanLength) + "-" + flags;
}

}  // namespace tranche::runner
