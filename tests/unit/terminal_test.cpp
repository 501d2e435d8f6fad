#include "terminal.hpp"

#include "cli/confirm.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <iostream>
#include <poll.h>
#include <pty.h>
#include <stdexcept>
#include <string>
#include <unistd.h>

using namespace tranche;

namespace {

/// A terminal in place of the standard streams, and somebody in front of it.
class Terminal {
 public:
  explicit Terminal(unsigned short columns) {
    winsize size{24, columns, 0, 0};
    if (openpty(&master_, &slave_, nullptr, nullptr, &size) != 0) {
      throw std::runtime_error("no pseudo terminal");
    }
    // What the test program has still to say is for its own output.
    std::cout.flush();
    std::fflush(stdout);
    for (int stream = 0; stream < 3; ++stream) {
      saved_[static_cast<std::size_t>(stream)] = dup(stream);
      dup2(slave_, stream);
    }
  }
  ~Terminal() {
    restore();
    close(master_);
    close(slave_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  void type(const std::string& text) {
    static_cast<void>(!write(master_, text.data(), text.size()));
  }
  /// All output up to `expected`, or what came within 10 s: the terminal hands it on in pieces,
  /// some of them late.
  std::string shown(const std::string& expected) {
    std::string text;
    std::array<char, 4096> buffer{};
    pollfd waiting{master_, POLLIN, 0};
    while (text.find(expected) == std::string::npos && poll(&waiting, 1, 10'000) == 1) {
      const ssize_t got = read(master_, buffer.data(), buffer.size());
      if (got <= 0) {
        break;
      }
      text.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return text;
  }
  /// Before anything is checked: a failing check writes to standard output.
  void restore() {
    for (std::size_t stream = 0; stream < 3; ++stream) {
      if (saved_[stream] >= 0) {
        dup2(saved_[stream], static_cast<int>(stream));
        close(saved_[stream]);
        saved_[stream] = -1;
      }
    }
  }

 private:
  int master_ = -1;
  int slave_ = -1;
  std::array<int, 3> saved_{-1, -1, -1};
};

constexpr const char* kQuestion = "Reset job flights? [y/N] ";

bool answered(const std::string& typed, bool yes, std::string* shown = nullptr) {
  Terminal terminal(80);
  terminal.type(typed);
  const bool result = cli::confirm("Reset job flights?", yes);
  terminal.restore();
  if (shown != nullptr) {
    *shown = terminal.shown(kQuestion);
  }
  return result;
}

}  // namespace

TEST_CASE("confirm asks on a terminal and takes only yes for yes", "[unit][cli]") {
  std::string shown;
  CHECK(answered("y\n", false, &shown));
  CHECK_THAT(shown, Catch::Contains(kQuestion));
  CHECK(answered("yes\n", false));
  CHECK_FALSE(answered("n\n", false));
  CHECK_FALSE(answered("\n", false));
  CHECK_FALSE(answered("yesterday\n", false));
  CHECK_FALSE(answered("\x04", false));  // end of file
  CHECK(answered("n\n", true));
}

TEST_CASE("confirm goes ahead where nobody can answer", "[unit][cli]") {
  const int saved = dup(0);
  const int null = open("/dev/null", O_RDONLY);
  dup2(null, 0);
  const bool result = cli::confirm("Reset?", false);
  dup2(saved, 0);
  close(saved);
  close(null);
  CHECK(result);
}

TEST_CASE("a terminal has a width, and colours unless they are refused", "[unit][cli]") {
  unsetenv("NO_COLOR");
  setenv("TERM", "xterm", 1);
  Terminal terminal(72);
  const std::size_t width = runner::terminal::width(1);
  const bool plain = runner::terminal::colours(1);
  setenv("NO_COLOR", "1", 1);
  const bool refused = runner::terminal::colours(1);
  unsetenv("NO_COLOR");
  setenv("TERM", "dumb", 1);
  const bool dumb = runner::terminal::colours(1);
  setenv("TERM", "xterm", 1);
  terminal.restore();
  CHECK(width == 72);
  CHECK(plain);
  CHECK_FALSE(refused);
  CHECK_FALSE(dumb);
}

TEST_CASE("a file is no terminal", "[unit][cli]") {
  const int null = open("/dev/null", O_WRONLY);
  CHECK(runner::terminal::width(null) == 0);
  CHECK_FALSE(runner::terminal::colours(null));
  close(null);
}
