#include "loop/environment.hpp"

#include "batch_variables.hpp"
#include "loop/placeholders.hpp"
#include "loop/trace_context.hpp"

#include <cstdlib>
#include <set>
#include <unistd.h>

namespace tranche::runner {
namespace {

// One string of the environment, its name and final NUL included (MAX_ARG_STRLEN).
constexpr std::size_t kLongestVariable = 131'072;

void append_view(std::vector<std::pair<std::string, std::string>>& variables,
                 const BatchView& view) {
  variables.emplace_back("TRANCHE_ITERATION", std::to_string(view.iteration));
  variables.emplace_back("TRANCHE_ITERATIONS", view.iterations);
  variables.emplace_back("TRANCHE_ITEMS_FILE", view.files.items.string());
  variables.emplace_back("TRANCHE_BATCH_FILE", view.files.batch.string());
  variables.emplace_back("TRANCHE_OUTPUT_FILE", view.files.output.string());
  variables.emplace_back("TRANCHE_REPORT_FILE", view.files.report.string());
  variables.emplace_back("TRANCHE_PROGRESS_FILE", view.files.progress.string());
}

}  // namespace

std::vector<std::string> command_environment(const BatchView& view) {
  auto variables = batch_variables(view.batch, view.range_sql);
  append_view(variables, view);
  const TraceContext trace = continue_trace(std::getenv("TRACEPARENT"));
  variables.emplace_back("TRACEPARENT", trace.parent);
  std::set<std::string, std::less<>> taken;
  for (const auto& [name, value] : variables) {
    taken.insert(name);
  }
  if (!trace.continued) {
    taken.insert("TRACESTATE");
  }
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (!taken.contains(text.substr(0, text.find('=')))) {
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

}  // namespace tranche::runner
