#include "process/sink.hpp"

#include "live_line.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tranche::runner {
namespace {

FileDescriptor reopen_nonblocking(int fd) {
  const std::string path = "/proc/self/fd/" + std::to_string(fd);
  return FileDescriptor(open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
}

}  // namespace

Sink::Sink(int fd) : fd_(fd), way_(Way::polled) {
  struct stat info {};
  const int flags = fcntl(fd, F_GETFL);
  if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY || fstat(fd, &info) != 0) {
    way_ = Way::closed;
  } else if (S_ISREG(info.st_mode)) {
    way_ = Way::blocking_file;
  } else if (S_ISSOCK(info.st_mode)) {
    way_ = Way::socket;
  } else if (reopened_ = reopen_nonblocking(fd); reopened_) {
    way_ = Way::nonblocking;
  }
}

std::size_t Sink::write(const void* writer, std::string_view data, bool whole) {
  const std::lock_guard lock(mutex_);
  if (way_ == Way::closed) {
    return data.size();
  }
  if (writer_ != nullptr && writer_ != writer) {
    return 0;
  }
  live_line::Pause pause(fd_);
  if (!pause.is_clear()) {
    return 0;
  }
  const std::size_t taken = write_now(data);
  pause.wrote(data.data(), taken);
  writer_ = whole && taken < data.size() && (taken > 0 || writer_ == writer) ? writer : nullptr;
  return taken;
}

void Sink::give_up(const void* writer) {
  const std::lock_guard lock(mutex_);
  if (writer_ == writer) {
    writer_ = nullptr;
  }
}

std::size_t Sink::write_now(std::string_view data) {
  ssize_t taken = 0;
  switch (way_) {
    case Way::socket:
      taken = send(fd_, data.data(), data.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      break;
    case Way::polled: {
      pollfd room{fd_, POLLOUT, 0};
      if (poll(&room, 1, 0) <= 0) {
        return 0;
      }
      taken = ::write(fd_, data.data(), std::min<std::size_t>(data.size(), PIPE_BUF));
      break;
    }
    default:
      taken = ::write(fd(), data.data(), data.size());
  }
  if (taken >= 0) {
    return static_cast<std::size_t>(taken);
  }
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) {
    return 0;
  }
  way_ = Way::closed;
  writer_ = nullptr;
  return data.size();
}

}  // namespace tranche::runner
