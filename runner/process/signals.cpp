#include "process/signals.hpp"

#include "tranche/error.hpp"

#include <cerrno>
#include <poll.h>
#include <sys/signalfd.h>
#include <system_error>
#include <unistd.h>

namespace tranche::runner {
namespace {

sigset_t ignored_signals() {
  sigset_t ignored;
  sigemptyset(&ignored);
  for (int number = 1; number < NSIG; ++number) {
    struct sigaction action {};
    if (number != SIGCHLD && sigaction(number, nullptr, &action) == 0 &&
        action.sa_handler == SIG_IGN) {
      sigaddset(&ignored, number);
    }
  }
  return ignored;
}

struct sigaction set_handler(int number, void (*handler)(int)) {
  struct sigaction action {};
  struct sigaction old {};
  action.sa_handler = handler;
  sigaction(number, &action, &old);
  return old;
}

}  // namespace

SignalWaiter::SignalWaiter()
    : ignored_(ignored_signals()),
      old_pipe_(set_handler(SIGPIPE, SIG_IGN)),
      old_child_(set_handler(SIGCHLD, SIG_DFL)) {
  sigset_t stopping;
  sigemptyset(&stopping);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
    if (sigismember(&ignored_, number) == 0) {
      sigaddset(&stopping, number);
    }
  }
  pthread_sigmask(SIG_BLOCK, &stopping, &old_mask_);
  fd_.reset(signalfd(-1, &stopping, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd_) {
    throw Error(ErrorCode::internal,
                "cannot read signals: " + std::generic_category().message(errno));
  }
}

SignalWaiter::~SignalWaiter() {
  pthread_sigmask(SIG_SETMASK, &old_mask_, nullptr);
  sigaction(SIGCHLD, &old_child_, nullptr);
  sigaction(SIGPIPE, &old_pipe_, nullptr);
}

std::optional<int> SignalWaiter::wait(int done_fd) {
  for (;;) {
    pollfd fds[] = {{fd_.get(), POLLIN, 0}, {done_fd, POLLIN, 0}};
    poll(fds, 2, -1);
    signalfd_siginfo info{};
    if (::read(fd_.get(), &info, sizeof info) == sizeof info) {
      return static_cast<int>(info.ssi_signo);
    }
    if (fds[1].revents != 0) {
      return std::nullopt;
    }
  }
}

}  // namespace tranche::runner
