#include "process/boot_timer.hpp"
#include "process/clocks.hpp"
#include "process/guard.hpp"
#include "process/process_group.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace tranche::runner {
namespace {

using Groups = std::vector<GuardMessage>;

/// Keeps nothing of the runner's: an open pipe or terminal here would look as if the runner still
/// lived.
FileDescriptor let_go_of_everything_but(FileDescriptor socket) {
  prctl(PR_SET_NAME, "tranche-guard");
  setsid();
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGPIPE, SIGUSR1, SIGUSR2, SIGTSTP}) {
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    sigaction(number, &ignore, nullptr);
  }
  constexpr int kSocket = 3;
  if (socket.get() != kSocket) {
    dup3(socket.get(), kSocket, O_CLOEXEC);
    socket = FileDescriptor(kSocket);
  }
  close_range(kSocket + 1, ~0U, 0);
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    null < 0 ? close(fd) : dup2(null, fd);
  }
  close(null);
  // No reason to keep a file system from being unmounted.
  [[maybe_unused]] const int moved = chdir("/");
  return socket;
}

void take_note(const GuardMessage& message, Groups& groups) {
  std::erase_if(groups, [&](const GuardMessage& known) { return known.group == message.group; });
  if (message.what == GuardMessage::What::watch) {
    groups.push_back(message);
  }
}

/// False once the runner is gone and all that it said has been read.
bool listen(int socket, Groups& groups) {
  GuardMessage message{};
  for (;;) {
    const ssize_t size = recv(socket, &message, sizeof message, MSG_DONTWAIT);
    if (size == sizeof message) {
      take_note(message, groups);
    } else if (size < 0 && errno == EAGAIN) {
      return true;
    } else if (size >= 0 || errno != EINTR) {
      return false;
    }
  }
}

std::chrono::nanoseconds next_moment(const Groups& groups) {
  std::chrono::nanoseconds next = kNever;
  for (const GuardMessage& group : groups) {
    next = std::min(next, group.kill_at);
  }
  return next;
}

void kill_overdue(Groups& groups) {
  for (GuardMessage& group : groups) {
    if (group.kill_at <= boot_now()) {
      signal_group(group.group, SIGKILL);
      group.kill_at = kNever;
    }
  }
}

void guard_until_runner_is_gone(int socket, Groups& groups) {
  BootTimer timer;
  while (listen(socket, groups)) {
    kill_overdue(groups);
    timer.set(next_moment(groups));
    pollfd fds[] = {{socket, POLLIN, 0}, {timer.fd(), POLLIN, 0}};
    poll(fds, 2, -1);
  }
}

/// A group is dropped when it was seen empty once: a later one of the same number would be somebody
/// else's.
void end(Groups& groups) {
  for (GuardMessage& group : groups) {
    signal_group(group.group, SIGTERM);
    group.kill_at = std::min(group.kill_at, boot_now() + group.grace);
  }
  while (!groups.empty()) {
    std::erase_if(groups, [](const GuardMessage& group) {
      if (kill(-group.group, 0) != 0 && errno == ESRCH) {
        return true;
      }
      if (group.kill_at > boot_now()) {
        return false;
      }
      signal_group(group.group, SIGKILL);
      return true;
    });
    poll(nullptr, 0, groups.empty() ? 0 : 10);
  }
}

}  // namespace

void run_guard(FileDescriptor socket, const std::filesystem::path& folder) {
  socket = let_go_of_everything_but(std::move(socket));
  Groups groups;
  guard_until_runner_is_gone(socket.get(), groups);
  end(groups);
  if (!folder.empty()) {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
  _exit(0);
}

}  // namespace tranche::runner
