#pragma once

#include <utility>

namespace tranche::runner {

/// Owns one descriptor; -1 is none. Move only.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    if (this != &other) {
      reset(std::exchange(other.fd_, -1));
    }
    return *this;
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() { reset(); }

  int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }
  void reset(int fd = -1) noexcept;

 private:
  int fd_ = -1;
};

struct Pipe {
  FileDescriptor read;
  FileDescriptor write;
};

/// All made here are close-on-exec and above 2, so that a closed standard stream is never mistaken
/// for one of them. Errors: ErrorCode::internal, with the reason of the system.
Pipe make_pipe();
FileDescriptor make_event();
FileDescriptor open_null();

/// Makes an event readable.
void raise_event(int event) noexcept;
/// Makes an event unreadable until it is raised again.
void clear_event(int event) noexcept;
/// The read end of a pipe of ours: the other end is not affected.
void set_nonblocking(int fd);

/// Opens /dev/null where 0, 1 or 2 is closed. Call first thing in main: otherwise a database
/// connection or a log file may be given such a number and receive the output of a command.
void open_missing_standard_streams();

}  // namespace tranche::runner
