#include "process/guard.hpp"

#include "tranche/error.hpp"

#include <cerrno>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace tranche::runner {
namespace {

[[noreturn]] void fail(const char* what) {
  throw Error(ErrorCode::internal,
              std::string(what) + ": " + std::generic_category().message(errno));
}

}  // namespace

Guard::Guard(const std::filesystem::path& folder) {
  int ends[2];
  // Datagrams with an end of file, and a write to a dead guard that can be told not to raise
  // SIGPIPE.
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    fail("cannot connect to a guard");
  }
  socket_.reset(ends[0]);
  FileDescriptor theirs(ends[1]);
  const timeval patience{1, 0};
  setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  pid_ = fork();
  if (pid_ < 0) {
    fail("cannot start a guard");
  }
  if (pid_ == 0) {
    run_guard(std::move(theirs), folder);
  }
}

Guard::~Guard() {
  socket_.reset();
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void Guard::watch(pid_t group, std::chrono::nanoseconds grace, std::chrono::nanoseconds kill_at) {
  const GuardMessage message{GuardMessage::What::watch, group, grace, kill_at};
  send(socket_.get(), &message, sizeof message, MSG_NOSIGNAL);
}

void Guard::forget(pid_t group) {
  const GuardMessage message{GuardMessage::What::forget, group, {}, {}};
  while (send(socket_.get(), &message, sizeof message, MSG_NOSIGNAL) < 0) {
    if (errno != EINTR) {
      // A guard that does not listen would later kill whoever has the number then. No guard is
      // better.
      kill(pid_, SIGKILL);
      return;
    }
  }
}

}  // namespace tranche::runner
