#include "cli/program.hpp"

#include "cli/commands.hpp"
#include "cli/globals.hpp"
#include "cli/help.hpp"
#include "cli/operators.hpp"
#include "cli/parse.hpp"
#include "cli/print.hpp"
#include "cli/suggest.hpp"
#include "exit_status.hpp"
#include "log.hpp"
#include "version.hpp"

#include "tranche/error.hpp"

#include <cstdio>
#include <cstdlib>

namespace tranche::cli {
namespace {

constexpr int kExitClosedPipe = 141;  // 128 + SIGPIPE

int print_version() {
  print("tranche " + std::string(runner::version()) + "\n");
  return runner::kExitDone;
}

std::string take_first(Arguments& arguments) {
  std::string first = arguments.front();
  arguments.erase(arguments.begin());
  return first;
}

std::vector<std::string> top_level_names(const Registry& registry) {
  std::vector<std::string> names;
  for (const Command& command : registry.commands()) {
    names.push_back(command.name().substr(0, command.name().find(' ')));
  }
  return names;
}

[[noreturn]] void run_operator(const std::string& name,
                               const Arguments& arguments,
                               const Globals& globals,
                               const Registry& registry) {
  const std::vector<std::string> folders = operator_folders();
  const std::string program = find_operator(name, folders);
  if (program.empty()) {
    std::vector<std::string> names = top_level_names(registry);
    const std::vector<std::string> operators = list_operators(folders);
    names.insert(names.end(), operators.begin(), operators.end());
    const std::string hint = suggest(name, names);
    throw Error(ErrorCode::usage,
                "unknown command '" + name + "'" + (hint.empty() ? "; see tranche help" : hint));
  }
  globals.export_to_environment();
  execute_operator(program, arguments);
}

/// The second word of a family's command; nullptr where help on the family was asked for.
Command* find_member(Registry& registry,
                     const std::string& family,
                     const Globals& globals,
                     Arguments& arguments) {
  std::vector<std::string> names;
  std::string list;
  for (const Command* member : registry.members(family)) {
    names.push_back(member->name().substr(family.size() + 1));
    list += (list.empty() ? "" : ", ") + names.back();
  }
  parse_front(globals.parameters(), arguments);
  if (arguments.empty()) {
    if (globals.help()) {
      return nullptr;
    }
    throw Error(ErrorCode::usage, family + " lacks its command; use one of " + list);
  }
  const std::string word = take_first(arguments);
  Command* const found = registry.find(family + ' ' + word);
  if (found == nullptr) {
    const std::string hint = suggest(word, names);
    throw Error(ErrorCode::usage,
                "unknown command '" + family + ' ' + word + "'" +
                    (hint.empty() ? "; use one of " + list : hint));
  }
  return found;
}

int run_command(Command& command, Context& context, Globals& globals, const Arguments& arguments) {
  // A command's own option comes before a global one of its name: 'batches --version 2'.
  Parameters all;
  for (Parameter& parameter : command.parameters()) {
    all.push_back(&parameter);
  }
  all.insert(all.end(), globals.parameters().begin(), globals.parameters().end());
  parse_all(command.name(), all, arguments);
  if (globals.help()) {
    print(command_help(command, globals.parameters()));
    return runner::kExitDone;
  }
  if (globals.version()) {
    return print_version();
  }
  globals.apply();
  finish(command.name(), all);
  return command.execute(context);
}

int dispatch(Arguments arguments, const AdapterRegistry& adapters) {
  Registry registry;
  Context context;
  context.registry = &registry;
  context.adapters = &adapters;
  Globals globals(context);
  parse_front(globals.parameters(), arguments);
  if (globals.version()) {
    return print_version();
  }
  add_commands(registry);
  if (arguments.empty() || arguments.front() == "--") {
    const std::string text =
        general_help(registry, globals.parameters(), list_operators(operator_folders()));
    if (globals.help()) {
      print(text);
      return runner::kExitDone;
    }
    // A script whose command came out empty should notice.
    std::fputs(text.c_str(), stderr);
    return runner::kExitUsage;
  }
  const std::string name = take_first(arguments);
  Command* command = registry.find(name);
  if (command == nullptr && registry.members(name).empty()) {
    run_operator(name, arguments, globals, registry);
  }
  if (command == nullptr) {
    command = find_member(registry, name, globals, arguments);
  }
  if (command == nullptr) {
    print(family_help(registry, name));
    return runner::kExitDone;
  }
  return run_command(*command, context, globals, arguments);
}

/// What is wrong with the command line is told in the format that the same line asks for, so that
/// is looked for before anything is parsed.
void choose_log_format(const Arguments& arguments) {
  const char* environment = std::getenv("TRANCHE_LOG_FORMAT");
  std::string_view format = environment == nullptr ? "" : environment;
  constexpr std::string_view kOption = "--log-format";
  for (std::size_t i = 0; i < arguments.size() && arguments[i] != "--"; ++i) {
    const std::string_view word = arguments[i];
    if (word == kOption && i + 1 < arguments.size()) {
      format = arguments[i + 1];
    } else if (word.starts_with(kOption) && word.substr(kOption.size()).starts_with('=')) {
      format = word.substr(kOption.size() + 1);
    }
  }
  if (format == "json") {
    runner::log::set_format(runner::log::Format::json);
  }
}

}  // namespace

int run_program(const std::vector<std::string>& arguments, const AdapterRegistry& adapters) {
  choose_log_format(arguments);
  try {
    const int status = dispatch(arguments, adapters);
    flush_output();
    return status;
  } catch (const OutputClosed&) {
    return kExitClosedPipe;
  } catch (const Error& error) {
    runner::log::error(error.what());
    return runner::exit_of_error(error.code());
  } catch (const std::exception& error) {
    runner::log::error(error.what());
    return runner::kExitFailure;
  }
}

}  // namespace tranche::cli
