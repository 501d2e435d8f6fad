#pragma once

#include "process/file_descriptor.hpp"

#include <memory>
#include <thread>

namespace tranche::runner {

/// Where a program prints that runs beside the commands: our standard error itself, or, where that
/// is a terminal, a pipe whose lines are told like our own messages, for what goes there past us
/// would mix with the line at the bottom.
/// Threads: one.
class ErrorRelay {
 public:
  ErrorRelay();
  ~ErrorRelay() { end(); }
  ErrorRelay(const ErrorRelay&) = delete;
  ErrorRelay& operator=(const ErrorRelay&) = delete;

  /// For the program.
  int fd() const;
  /// The program has it.
  void begin();
  /// The program has ended: what it printed until now is told, whoever else may hold the pipe.
  void end();

 private:
  Pipe pipe_;  ///< none without a terminal
  FileDescriptor ended_;
  std::thread thread_;
};

}  // namespace tranche::runner
