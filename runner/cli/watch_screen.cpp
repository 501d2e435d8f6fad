#include "cli/watch_screen.hpp"

#include "cli/print.hpp"
#include "terminal.hpp"

#include <unistd.h>

namespace tranche::cli {
namespace {

/// The first lines that fit, each to the end of its line on the screen.
std::string fitted(const std::string& text, std::size_t height) {
  std::string shown;
  std::size_t lines = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (height > 0 && ++lines >= height) {
      return shown + "...\033[K";
    }
    shown += text.substr(at, end - at) + "\033[K\n";
    at = end + 1;
  }
  return shown;
}

}  // namespace

WatchScreen::WatchScreen() : terminal_(runner::terminal::is_terminal(STDOUT_FILENO)) {}

void WatchScreen::show(const std::string& title, const std::string& text) {
  if (terminal_) {
    // Written over what is there, for an empty screen in between flickers.
    print((first_ ? "\033[2J\033[H" : "\033[H") +
          fitted(title + "\n\n" + text, runner::terminal::height(STDOUT_FILENO)) + "\033[J");
  } else {
    print((first_ ? "" : "\n") + title + "\n" + text);
  }
  first_ = false;
}

}  // namespace tranche::cli
