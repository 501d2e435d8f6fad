#include "process/file_descriptor.hpp"

#include "tranche/error.hpp"

#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <string>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>

namespace tranche::runner {
namespace {

[[noreturn]] void fail(const char* what) {
  throw Error(ErrorCode::internal,
              std::string(what) + ": " + std::generic_category().message(errno));
}

FileDescriptor above_standard(int fd, const char* what) {
  if (fd < 0) {
    fail(what);
  }
  if (fd > STDERR_FILENO) {
    return FileDescriptor(fd);
  }
  FileDescriptor low(fd);
  FileDescriptor high(fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (!high) {
    fail(what);
  }
  return high;
}

}  // namespace

void FileDescriptor::reset(int fd) noexcept {
  if (fd_ >= 0) {
    ::close(fd_);
  }
  fd_ = fd;
}

Pipe make_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    fail("cannot make a pipe");
  }
  FileDescriptor write_end(ends[1]);
  Pipe pipe;
  pipe.read = above_standard(ends[0], "cannot make a pipe");
  pipe.write = write_end.get() > STDERR_FILENO
                   ? std::move(write_end)
                   : above_standard(fcntl(ends[1], F_DUPFD_CLOEXEC, STDERR_FILENO + 1),
                                    "cannot make a pipe");
  return pipe;
}

FileDescriptor make_event() {
  return above_standard(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "cannot make an eventfd");
}

FileDescriptor open_null() {
  return above_standard(open("/dev/null", O_RDWR | O_CLOEXEC), "cannot open /dev/null");
}

void raise_event(int event) noexcept {
  const std::uint64_t one = 1;
  // Fails only where the counter is at its maximum: then it is readable anyway.
  [[maybe_unused]] const auto written = ::write(event, &one, sizeof one);
}

void clear_event(int event) noexcept {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto got = ::read(event, &count, sizeof count);
}

void set_nonblocking(int fd) {
  const int flags = fcntl(fd, F_GETFL);
  if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0) {
    fail("cannot make a pipe non-blocking");
  }
}

void open_missing_standard_streams() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (fcntl(fd, F_GETFD) < 0 && errno == EBADF) {
      // open() takes the lowest free number, which is this one: the lower ones are open by now.
      if (open("/dev/null", fd == STDIN_FILENO ? O_RDONLY : O_WRONLY) < 0) {
        fail("cannot open /dev/null");
      }
    }
  }
}

}  // namespace tranche::runner
