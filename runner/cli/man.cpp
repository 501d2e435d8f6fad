#include "cli/man.hpp"

#include "cli/help.hpp"
#include "cli/help_topics.hpp"
#include "version.hpp"

namespace tranche::cli {
namespace {

/// Plain text as roff: no letter is taken for a request or an escape, and dashes can be copied and
/// searched.
std::string roff(std::string_view text) {
  std::string result;
  bool line_start = true;
  for (const char c : text) {
    if (line_start && (c == '.' || c == '\'')) {
      result += "\\&";
    }
    line_start = c == '\n';
    switch (c) {
      case '\\':
        result += "\\e";
        break;
      case '-':
        result += "\\-";
        break;
      case '\'':
        result += "\\(aq";
        break;
      case '~':
        result += "\\(ti";
        break;
      case '^':
        result += "\\(ha";
        break;
      case '`':
        result += "\\(ga";
        break;
      default:
        result += c;
    }
  }
  return result;
}

void tagged(std::string& page, const std::string& tag, const std::string& text) {
  page += ".TP\n\\fB" + roff(tag) + "\\fR\n" + roff(text) + "\n";
}

void add_command(std::string& page, const Command& command) {
  page += ".SS tranche " + roff(usage_of(command)) + "\n" + roff(command.summary()) + ".\n";
  if (!command.about().empty()) {
    page += ".PP\n" + roff(command.about()) + "\n";
  }
  for (const Parameter& parameter : command.parameters()) {
    tagged(page, form_of(parameter), explanation_of(parameter));
  }
  for (const std::string& example : command.examples()) {
    page += ".PP\n.EX\n" + roff("    " + example) + "\n.EE\n";
  }
}

void add_topics(std::string& page, const std::vector<Topic>& topics) {
  for (const Topic& topic : topics) {
    tagged(page, topic.name, topic.meaning);
  }
}

}  // namespace

std::string man_page(const Registry& registry, const Parameters& globals) {
  std::string page =
      ".TH TRANCHE 1 \"\" \"tranche " + std::string(runner::version()) + "\" \"User Commands\"\n";
  page += ".nh\n.ad l\n";
  page += ".SH NAME\ntranche \\- hand out ranges of data assets to batch jobs\n";
  page += ".SH SYNOPSIS\n.B tranche\n[options] COMMAND [ARG...]\n";
  page += ".SH OPTIONS\nBefore or behind the command.\n";
  for (const Parameter* parameter : globals) {
    tagged(page, form_of(*parameter), explanation_of(*parameter));
  }
  page += ".SH COMMANDS\n";
  for (const Command& command : registry.commands()) {
    add_command(page, command);
  }
  page += ".SH OPERATORS\n";
  page += roff(
      "'tranche NAME' with another NAME runs the program tranche-NAME found beside tranche, in "
      "../libexec/tranche or on PATH.\n");
  page += ".SH VALUES\n";
  add_topics(page, value_forms());
  page += ".SH EXIT STATUS\n";
  add_topics(page, exit_statuses());
  page += ".SH ENVIRONMENT OF THE COMMAND\nWhat tranche run adds for the command that it starts.\n";
  add_topics(page, command_variables());
  return page;
}

}  // namespace tranche::cli
