#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/complete.hpp"
#include "cli/globals.hpp"
#include "cli/operators.hpp"
#include "cli/print.hpp"
#include "exit_status.hpp"
#include "text.hpp"

#include "tranche/error.hpp"

#include <memory>

namespace tranche::cli {
namespace {

// The scripts ask the program, so that they never lag behind its options.
constexpr std::string_view kBash =
    R"sh(# bash completion for tranche; use: source <(tranche completion bash)
_tranche() {
  local line=${COMP_LINE:0:COMP_POINT} word help
  COMPREPLY=()
  while IFS=$'\t' read -r word help; do
    case $word in
      :files) compopt -o default 2>/dev/null ;;
      :commands) mapfile -t COMPREPLY < <(compgen -c -- "${COMP_WORDS[COMP_CWORD]}") ;;
      # Bash takes what follows a '=' for a word of its own.
      --*=*) [[ $COMP_WORDBREAKS == *=* ]] && COMPREPLY+=("${word#*=}") || COMPREPLY+=("$word") ;;
      *) COMPREPLY+=("$word") ;;
    esac
  done < <("${COMP_WORDS[0]/#\~/$HOME}" completion bash --line "$line" 2>/dev/null)
}
complete -F _tranche tranche
)sh";

constexpr std::string_view kZsh = R"sh(#compdef tranche
# zsh completion for tranche; use: source <(tranche completion zsh), or as a file _tranche in a folder of $fpath
_tranche() {
  local -a found
  local word help found_any=1
  while IFS=$'\t' read -r word help; do
    case $word in
      (:files) _files && found_any=0 ;;
      (:commands) _command_names -e && found_any=0 ;;
      (*) found+=("${word//:/\\:}:$help") ;;
    esac
  done < <("${words[1]/#\~/$HOME}" completion zsh --line "${(j: :)words[1,CURRENT-1]} $PREFIX" 2>/dev/null)
  (( $#found )) && _describe tranche found && found_any=0
  return found_any
}
if [[ $funcstack[1] == _tranche ]]; then
  _tranche "$@"
else
  compdef _tranche tranche
fi
)sh";

struct CompletionOptions {
  std::string shell;
  std::optional<std::string> line;
};

/// For the scripts: a candidate a line, its help behind a tab; ":files" where the shell is to offer
/// files.
std::string words_text(Context& context, const std::string& line) {
  std::vector<std::string> words = split_line(line);
  words.erase(words.begin());  // the program's name
  Context unused;
  const Globals globals(unused);
  const Completion found =
      complete(*context.registry, globals.parameters(), list_operators(operator_folders()), words);
  std::string text;
  for (const Candidate& candidate : found.candidates) {
    text += runner::escape_control(candidate.word) + '\t' + runner::escape_control(candidate.help) +
            '\n';
  }
  if (found.shell != Completion::Shell::nothing) {
    text += found.shell == Completion::Shell::files ? ":files\n" : ":commands\n";
  }
  return text;
}

std::string completion_text(Context& context, const CompletionOptions& options) {
  if (options.line) {
    return words_text(context, *options.line);
  }
  return std::string(options.shell == "bash" ? kBash : kZsh);
}

}  // namespace

void add_completion(Registry& registry) {
  auto& c = registry.command(
      "completion", "Print the completion script of a shell", "source <(tranche completion bash)");
  auto options = std::make_shared<CompletionOptions>();
  c.positional("SHELL", options->shell, "The shell: bash or zsh").choices = {"bash", "zsh"};
  c.option("--line",
           options->line,
           "TEXT",
           "Print instead what could complete this line; the script asks so");
  c.run([options](Context& context) {
    print(completion_text(context, *options));
    return runner::kExitDone;
  });
}

}  // namespace tranche::cli
