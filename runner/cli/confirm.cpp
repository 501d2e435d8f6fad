#include "cli/confirm.hpp"

#include "terminal.hpp"
#include "text.hpp"

#include <cstdio>
#include <string>
#include <unistd.h>

namespace tranche::cli {
namespace {

/// Byte by byte: stdio would take more from the terminal than this line.
std::string read_line() {
  std::string line;
  char c = 0;
  while (read(STDIN_FILENO, &c, 1) == 1 && c != '\n') {
    line += c;
  }
  return line;
}

}  // namespace

bool confirm(std::string_view question, bool yes) {
  using runner::terminal::is_terminal;
  if (yes || !is_terminal(STDIN_FILENO) || !is_terminal(STDERR_FILENO)) {
    return true;
  }
  std::fflush(stdout);
  std::fprintf(stderr, "%s [y/N] ", runner::escape_control(question).c_str());
  const std::string answer = read_line();
  return answer == "y" || answer == "Y" || answer == "yes" || answer == "Yes";
}

}  // namespace tranche::cli
