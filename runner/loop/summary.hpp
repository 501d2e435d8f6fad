#pragma once

#include "json/values.hpp"
#include "process/file_descriptor.hpp"

#include <string>

namespace tranche::runner {

/// Where the summary of a run goes as one line of JSON.
class Summary {
 public:
  /// `path`: a file, "-" for standard output, empty for nowhere. Opened at once, so that one that
  /// cannot be written is refused before any work; what stands in it is replaced only by write().
  /// Errors: ErrorCode::refused.
  explicit Summary(std::string path);

  /// Warns where it cannot be written: the work is done all the same.
  void write(const Json& summary);

 private:
  std::string path_;
  FileDescriptor file_;
};

}  // namespace tranche::runner
