#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace tranche::cli {

/// A file that is replaced in one step: who reads it at any moment finds the old one or the new,
/// whole. The one in the making begins with a dot and ends in a number, so that nobody who goes by
/// endings takes it.
class ReplacedFile {
 public:
  /// At once refused where it cannot be written: before any work. `option` names it in errors.
  ReplacedFile(std::string option, std::filesystem::path path);
  ~ReplacedFile();
  ReplacedFile(const ReplacedFile&) = delete;
  ReplacedFile& operator=(const ReplacedFile&) = delete;

  /// As often as there is more.
  void append(std::string_view text);
  /// Once, at the end: without it nothing is replaced.
  void finish();
  /// Both.
  void write(std::string_view text);

 private:
  void flush();
  [[noreturn]] void fail() const;

  std::string option_;
  std::filesystem::path path_;
  std::filesystem::path fresh_;
  std::string buffer_;
  int file_ = -1;
};

}  // namespace tranche::cli
