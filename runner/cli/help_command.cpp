#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/globals.hpp"
#include "cli/help.hpp"
#include "cli/man.hpp"
#include "cli/operators.hpp"
#include "cli/print.hpp"
#include "exit_status.hpp"

#include "tranche/error.hpp"

#include <memory>

namespace tranche::cli {
namespace {

struct HelpOptions {
  std::vector<std::string> words;
  bool man = false;
};

std::string help_text(Context& context, const HelpOptions& options) {
  Registry& registry = *context.registry;
  Context unused;
  const Globals globals(unused);
  if (options.man) {
    return man_page(registry, globals.parameters());
  }
  std::string name;
  for (const std::string& word : options.words) {
    name += (name.empty() ? "" : " ") + word;
  }
  const std::vector<std::string> folders = operator_folders();
  if (name.empty()) {
    return general_help(registry, globals.parameters(), list_operators(folders));
  }
  if (const Command* command = registry.find(name)) {
    return command_help(*command, globals.parameters());
  }
  if (!registry.members(name).empty()) {
    return family_help(registry, name);
  }
  const std::string program = find_operator(name, folders);
  if (program.empty()) {
    throw Error(ErrorCode::usage, "help: unknown command '" + name + "'; see tranche help");
  }
  execute_operator(program, {"--help"});
}

}  // namespace

void add_help(Registry& registry) {
  auto& c = registry.command("help", "Show help on a command", "tranche help run");
  auto options = std::make_shared<HelpOptions>();
  c.positional("COMMAND", options->words, "The command, or nothing for all of them");
  c.flag("--man", options->man, "Print the manual page: tranche help --man | man -l -");
  c.run([options](Context& context) {
    print(help_text(context, *options));
    return runner::kExitDone;
  });
}

}  // namespace tranche::cli
