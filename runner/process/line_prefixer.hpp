#pragma once

#include <string>
#include <string_view>

namespace tranche::runner {

/// Puts a prefix before every line. Holds back an unfinished line, so that lines of several
/// commands can share a stream.
class LinePrefixer {
 public:
  /// A longer line is cut into several: memory stays bounded.
  static constexpr std::size_t kMaxLine = 64 * 1024;

  explicit LinePrefixer(std::string prefix) : prefix_(std::move(prefix)) {}

  /// Appends the lines that `chunk` finishes to `out`.
  void feed(std::string_view chunk, std::string& out);
  /// The end: an unfinished line is finished.
  void finish(std::string& out);

 private:
  std::string prefix_;
  std::string line_;
};

}  // namespace tranche::runner
