#include "observe/error_relay.hpp"

#include "log.hpp"
#include "process/apart.hpp"
#include "process/line_prefixer.hpp"
#include "terminal.hpp"

#include <array>
#include <cerrno>
#include <unistd.h>

namespace tranche::runner {
namespace {

/// False: nobody holds the other end any more.
bool tell_what_is_there(int source, LinePrefixer& lines) {
  std::array<char, 4096> buffer{};
  while (true) {
    const ssize_t size = ::read(source, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) {
      continue;
    }
    if (size <= 0) {
      return size < 0 && errno == EAGAIN;
    }
    std::string whole;
    lines.feed({buffer.data(), static_cast<std::size_t>(size)}, whole);
    log::pass_on(whole);
  }
}

void relay(int source, int ended) {
  LinePrefixer lines("");
  while (tell_what_is_there(source, lines) && !wait_for_any({ended}, Duration::zero())) {
    wait_for_any({source, ended});
  }
  tell_what_is_there(source, lines);
  std::string rest;
  lines.finish(rest);
  log::pass_on(rest);
}

}  // namespace

ErrorRelay::ErrorRelay() {
  if (terminal::is_terminal(STDERR_FILENO)) {
    pipe_ = make_pipe();
    ended_ = make_event();
    set_nonblocking(pipe_.read.get());
  }
}

int ErrorRelay::fd() const {
  return pipe_.write ? pipe_.write.get() : STDERR_FILENO;
}

void ErrorRelay::begin() {
  if (pipe_.write) {
    pipe_.write.reset();
    thread_ = std::thread([this] { relay(pipe_.read.get(), ended_.get()); });
  }
}

void ErrorRelay::end() {
  if (thread_.joinable()) {
    raise_event(ended_.get());
    thread_.join();
  }
}

}  // namespace tranche::runner
