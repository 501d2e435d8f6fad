#pragma once

#include "process/file_descriptor.hpp"
#include "process/line_prefixer.hpp"
#include "process/sink.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <poll.h>
#include <string>
#include <string_view>
#include <vector>

namespace tranche::runner {

inline constexpr std::size_t kTailSize = 8 * 1024;

/// Carries one stream of a command to a sink and a log file. Reads only when all that it read
/// before was taken, so a reader that stands still makes the command wait and costs no memory.
class OutputPump {
 public:
  /// `log` may be none; an empty prefix passes bytes through untouched.
  OutputPump(FileDescriptor source, Sink& sink, FileDescriptor log, const std::string& prefix);
  ~OutputPump() { sink_.give_up(this); }
  OutputPump(const OutputPump&) = delete;
  OutputPump& operator=(const OutputPump&) = delete;

  /// Is shown everything that is read from now on.
  void show_to(std::function<void(std::string_view)> viewer) { viewer_ = std::move(viewer); }

  /// Whether there is something to wait for.
  bool busy() const { return source_ || !pending_.empty(); }
  /// What to wait for; only while busy.
  pollfd interest() const;
  /// Carries what can be carried now; returns after about 1 MiB, for there are deadlines to look
  /// at.
  void step();
  /// The command has ended: only what its pipe holds now is still carried. A background process
  /// that keeps the pipe would otherwise keep the run.
  void end_with_what_is_there();

  /// The last kTailSize bytes that were read.
  std::string tail() const;
  int log_errno() const { return log_errno_; }

 private:
  bool read_some();
  void close_source();
  void write_log(std::string_view data);
  void keep_tail(std::string_view data);

  FileDescriptor source_;
  Sink& sink_;
  FileDescriptor log_;
  int log_errno_ = 0;
  std::optional<LinePrefixer> prefixer_;
  std::function<void(std::string_view)> viewer_;
  std::optional<std::size_t> remaining_;
  std::string pending_;
  std::size_t written_ = 0;
  std::string tail_;
  std::vector<char> buffer_;
};

}  // namespace tranche::runner
