#include "cli/help.hpp"

#include "cli/help_topics.hpp"
#include "text.hpp"
#include "version.hpp"

#include <algorithm>

namespace tranche::cli {
namespace {

using runner::display_width;
using runner::wrap;

constexpr std::size_t kColumns = 80;
constexpr std::size_t kIndent = 2;
constexpr std::size_t kGap = 2;
constexpr std::size_t kWidestLeft = 24;

struct Row {
  std::string left;
  std::string right;
};

/// Two columns; a wide left side has its right side begin on the next line.
std::string rows_text(const std::vector<Row>& rows) {
  std::size_t left = 0;
  for (const Row& row : rows) {
    const std::size_t width = display_width(row.left);
    left = width <= kWidestLeft ? std::max(left, width) : left;
  }
  left = left == 0 ? kWidestLeft : left;
  const std::size_t start = kIndent + left + kGap;
  std::string text;
  for (const Row& row : rows) {
    std::string line = std::string(kIndent, ' ') + row.left;
    for (const std::string& part : wrap(row.right, kColumns - start)) {
      if (display_width(line) + kGap > start) {
        text += line + '\n';
        line.clear();
      }
      line += std::string(start - display_width(line), ' ') + part;
      text += line + '\n';
      line.clear();
    }
  }
  return text;
}

std::string paragraph(const std::string& content) {
  std::string text;
  for (const std::string& line : wrap(content, kColumns)) {
    text += line + '\n';
  }
  return text;
}

/// "Usage: tranche …", going on below its first word.
std::string usage_text(const std::string& usage) {
  static constexpr std::string_view kLead = "Usage: tranche ";
  std::string text;
  for (const std::string& line : wrap(usage, kColumns - kLead.size())) {
    text += (text.empty() ? std::string(kLead) : std::string(kLead.size(), ' ')) + line + '\n';
  }
  return text;
}

std::string parameters_text(std::string_view title,
                            const std::vector<const Parameter*>& parameters) {
  if (parameters.empty()) {
    return {};
  }
  std::vector<Row> rows;
  for (const Parameter* parameter : parameters) {
    rows.push_back({form_of(*parameter), explanation_of(*parameter)});
  }
  return "\n" + std::string(title) + ":\n" + rows_text(rows);
}

std::string topics_text(std::string_view title, const std::vector<Topic>& topics) {
  std::vector<Row> rows;
  for (const Topic& topic : topics) {
    rows.push_back({topic.name, topic.meaning});
  }
  return "\n" + std::string(title) + ":\n" + rows_text(rows);
}

std::string joined_names(const std::vector<const Command*>& members, std::size_t family_length) {
  std::string text;
  for (const Command* member : members) {
    text += (text.empty() ? "" : ", ") + member->name().substr(family_length + 1);
  }
  return text;
}

Row family_row(const Registry& registry, const std::string& family) {
  const std::string names = joined_names(registry.members(family), family.size());
  const std::string summary = registry.family_summary(family);
  return {family, summary.empty() ? names : summary + ": " + names};
}

/// One line a command, a family being one line.
std::string commands_text(const Registry& registry) {
  std::vector<std::string> groups;
  for (const Command& command : registry.commands()) {
    if (std::find(groups.begin(), groups.end(), command.group()) == groups.end()) {
      groups.push_back(command.group());
    }
  }
  std::string text;
  for (const std::string& group : groups) {
    std::vector<Row> rows;
    std::string last_family;
    for (const Command& command : registry.commands()) {
      const std::size_t space = command.name().find(' ');
      const std::string family = space == std::string::npos ? "" : command.name().substr(0, space);
      if (command.group() == group && family.empty()) {
        rows.push_back({command.name(), command.summary()});
      } else if (command.group() == group && family != last_family) {
        rows.push_back(family_row(registry, family));
      }
      last_family = family;
    }
    text += "\n" + group + ":\n" + rows_text(rows);
  }
  return text;
}

std::vector<const Parameter*> of_kind(const Command& command, bool options) {
  std::vector<const Parameter*> found;
  for (const Parameter& parameter : command.parameters()) {
    const bool is_option =
        parameter.kind == Parameter::Kind::option || parameter.kind == Parameter::Kind::flag;
    if (is_option == options) {
      found.push_back(&parameter);
    }
  }
  return found;
}

/// The environment may hold what the command line need not.
bool must_be_given(const Parameter& parameter) {
  return parameter.required && parameter.environment.empty();
}

}  // namespace

std::string form_of(const Parameter& parameter) {
  using Kind = Parameter::Kind;
  if (parameter.kind == Kind::positional) {
    const std::string many = parameter.name + (parameter.repeated ? "..." : "");
    return must_be_given(parameter) ? many : "[" + many + "]";
  }
  if (parameter.kind == Kind::rest) {
    const std::string words = "-- " + parameter.name + " [ARG...]";
    return parameter.required ? words : "[" + words + "]";
  }
  std::string form =
      parameter.short_name == 0 ? "" : std::string("-") + parameter.short_name + ", ";
  form += parameter.name;
  std::string value = parameter.value_name;
  if (!parameter.choices.empty() && value.empty()) {
    for (const std::string& choice : parameter.choices) {
      value += (value.empty() ? "" : "|") + choice;
    }
  }
  return value.empty() ? form : form + " " + value;
}

std::string explanation_of(const Parameter& parameter) {
  std::string text = parameter.help;
  if (parameter.kind == Parameter::Kind::option && parameter.repeated) {
    text += " (may be repeated)";
  }
  if (parameter.kind == Parameter::Kind::option && must_be_given(parameter)) {
    text += " (required)";
  }
  if (!parameter.shown_default.empty()) {
    text += " (default: " + parameter.shown_default + ")";
  }
  if (!parameter.environment.empty()) {
    text += " (env: " + parameter.environment + ")";
  }
  return text;
}

std::string usage_of(const Command& command) {
  std::string required;
  std::string behind;
  bool optional = false;
  for (const Parameter& parameter : command.parameters()) {
    if (parameter.kind == Parameter::Kind::positional || parameter.kind == Parameter::Kind::rest) {
      behind += " " + form_of(parameter);
    } else if (must_be_given(parameter)) {
      required += " " + form_of(parameter);
    } else {
      optional = true;
    }
  }
  return command.name() + required + (optional ? " [options]" : "") + behind;
}

std::string general_help(const Registry& registry,
                         const Parameters& globals,
                         const std::vector<std::string>& operators) {
  std::string text = usage_text("[options] COMMAND [ARG...]");
  text += "\ntranche " + std::string(runner::version()) +
          " hands out ranges of data assets to batch jobs.\n";
  text += commands_text(registry);
  if (!operators.empty()) {
    std::vector<Row> rows;
    for (const std::string& name : operators) {
      rows.push_back({name, "runs tranche-" + name});
    }
    text += "\nOperators:\n" + rows_text(rows);
  }
  text +=
      parameters_text("Options, before or behind the command", {globals.begin(), globals.end()});
  text += topics_text("Values", value_forms());
  text += topics_text("Exit status", exit_statuses());
  return text + "\n'tranche help COMMAND' shows its options and an example.\n";
}

std::string command_help(const Command& command, const Parameters& globals) {
  std::string text = usage_text(usage_of(command));
  text += "\n" + paragraph(command.summary());
  if (!command.about().empty()) {
    text += "\n" + paragraph(command.about());
  }
  text += parameters_text("Arguments", of_kind(command, false));
  text += parameters_text("Options", of_kind(command, true));
  text += "\nExample:\n";
  for (const std::string& example : command.examples()) {
    text += "  " + example + "\n";
  }
  text += "\nAs with every command:";
  std::string names;
  for (const Parameter* parameter : globals) {
    names += parameter->name == "--version" ? "" : " " + parameter->name;
  }
  return text + names + "\n";
}

std::string family_help(const Registry& registry, const std::string& family) {
  std::string text = usage_text(family + " COMMAND [ARG...]");
  const std::string summary = registry.family_summary(family);
  text += summary.empty() ? "" : "\n" + paragraph(summary);
  std::vector<Row> rows;
  for (const Command* member : registry.members(family)) {
    rows.push_back({member->name(), member->summary()});
  }
  return text + "\nCommands:\n" + rows_text(rows) + "\n'tranche help " + family +
         " COMMAND' shows its options and an example.\n";
}

}  // namespace tranche::cli
