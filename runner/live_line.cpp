#include "live_line.hpp"

#include "process/file_descriptor.hpp"
#include "terminal.hpp"

#include <atomic>
#include <fcntl.h>
#include <mutex>
#include <sys/stat.h>
#include <unistd.h>

namespace tranche::runner::live_line {
namespace {

constexpr const char* kClearRest = "\033[K";
constexpr const char* kClear = "\r\033[K";

struct State {
  std::mutex mutex;
  std::atomic<bool> begun{false};
  FileDescriptor terminal;  ///< of its own, O_NONBLOCK: the caller's shell shares ours
  dev_t device = 0;
  std::string wanted;
  std::string shown;   ///< empty: the line is away
  std::string unsent;  ///< the rest of what the terminal took a part of
  int writers = 0;
  bool at_line_start = true;
};

State& state() {
  // Never destroyed: threads that were left behind may still log.
  static State& the = *new State;
  return the;
}

bool send_rest(State& line) {
  if (line.unsent.empty()) {
    return true;
  }
  const ssize_t taken = ::write(line.terminal.get(), line.unsent.data(), line.unsent.size());
  line.unsent.erase(0, taken > 0 ? static_cast<std::size_t>(taken) : 0);
  return line.unsent.empty();
}

/// False: nothing of it went out. Of what went out in part, the rest goes first the next time.
bool send(State& line, const std::string& text) {
  if (!send_rest(line)) {
    return false;
  }
  const ssize_t taken = ::write(line.terminal.get(), text.data(), text.size());
  line.unsent = taken > 0 ? text.substr(static_cast<std::size_t>(taken)) : "";
  return taken > 0;
}

bool take_away(State& line) {
  if (!line.shown.empty() && send(line, kClear) && line.unsent.empty()) {
    line.shown.clear();
  }
  return line.shown.empty();
}

bool in_foreground(const State& line) {
  const pid_t group = ::tcgetpgrp(line.terminal.get());
  return group < 0 || group == ::getpgrp();
}

void draw(State& line) {
  if (!line.begun || line.writers > 0 || !line.at_line_start || line.wanted == line.shown) {
    return;
  }
  // Written over what is there, for an empty line in between flickers.
  if (in_foreground(line) && send(line, "\r" + line.wanted + kClearRest)) {
    line.shown = line.wanted;
  }
}

}  // namespace

bool begin(int fd) {
  State& line = state();
  struct stat info {};
  if (!terminal::is_terminal(fd) || ::fstat(fd, &info) != 0) {
    return false;
  }
  const std::string path = "/proc/self/fd/" + std::to_string(fd);
  const std::lock_guard lock(line.mutex);
  line.terminal =
      FileDescriptor(::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  line.device = info.st_rdev;
  line.begun = static_cast<bool>(line.terminal);
  return line.begun;
}

void end() {
  State& line = state();
  const std::lock_guard lock(line.mutex);
  if (line.begun) {
    take_away(line);
    line.wanted.clear();
    line.begun = false;
  }
}

void show(const std::string& text) {
  State& line = state();
  const std::lock_guard lock(line.mutex);
  line.wanted = text;
  draw(line);
}

Pause::Pause(int fd) {
  State& line = state();
  struct stat info {};
  if (!line.begun || ::fstat(fd, &info) != 0 || !S_ISCHR(info.st_mode)) {
    return;
  }
  const std::lock_guard lock(line.mutex);
  if (info.st_rdev != line.device) {
    return;
  }
  active_ = true;
  clear_ = take_away(line);
  ++line.writers;
}

Pause::~Pause() {
  if (active_) {
    State& line = state();
    const std::lock_guard lock(line.mutex);
    --line.writers;
    draw(line);
  }
}

std::string Pause::clear() {
  return kClear;
}

void Pause::wrote(const char* data, std::size_t size) {
  if (active_ && size > 0) {
    State& line = state();
    const std::lock_guard lock(line.mutex);
    line.at_line_start = data[size - 1] == '\n';
    line.shown.clear();
    line.unsent.clear();
    clear_ = true;
  }
}

}  // namespace tranche::runner::live_line
