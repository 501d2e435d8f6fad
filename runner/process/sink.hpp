#pragma once

#include "process/file_descriptor.hpp"

#include <cstddef>
#include <mutex>
#include <string_view>

namespace tranche::runner {

/// One of the runner's own standard streams, written to without ever blocking: a reader that is
/// slow may hold up the commands, but not the watch over their leases. O_NONBLOCK cannot be set on
/// it: the file description is shared with the caller's shell. So a pipe or terminal is opened once
/// more, a socket is sent to with MSG_DONTWAIT, and where neither works at most PIPE_BUF bytes are
/// written when poll() finds room. After an error (nobody reads any more) everything is accepted
/// and dropped. Threads: any number.
class Sink {
 public:
  /// `fd` stays the caller's.
  explicit Sink(int fd);

  /// What to poll for POLLOUT after write took less than all.
  int fd() const { return reopened_ ? reopened_.get() : fd_; }

  /// Takes as much of `data` as there is room for now; 0 also where another writer is in the middle
  /// of its block. With `whole`, the block is the writer's own: until all of it is taken, or the
  /// writer gives up, no other is served.
  std::size_t write(const void* writer, std::string_view data, bool whole);
  /// The rest of the writer's block will not come.
  void give_up(const void* writer);

 private:
  enum class Way { blocking_file, nonblocking, socket, polled, closed };

  std::size_t write_now(std::string_view data);

  int fd_;
  FileDescriptor reopened_;
  std::mutex mutex_;
  Way way_;
  const void* writer_ = nullptr;
};

}  // namespace tranche::runner
