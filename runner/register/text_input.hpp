#pragma once

#include <cstdio>
#include <memory>
#include <optional>
#include <string>

namespace tranche::runner {

/// A list or manifest read from front to back, never held in memory.
class TextInput {
 public:
  /// "-" is standard input. A byte order mark at the front is passed over. Errors: refused, naming
  /// the file.
  explicit TextInput(const std::string& path);
  /// Over text of a test's. `text` must outlive this.
  TextInput(std::string name, const std::string& text);

  /// The next byte; empty at the end.
  std::optional<char> next();
  /// The next line without its separator; empty at the end. With '\n', a carriage return before it
  /// goes as well.
  std::optional<std::string> next_line(char separator = '\n');

  /// Number of the line, or item, that was last read from.
  std::size_t line() const { return line_; }
  void count_line() { ++line_; }
  /// "files.csv, line 3: "
  std::string place() const;
  /// Throws Error refused: the place, then `why`.
  [[noreturn]] void refuse(const std::string& why) const;

  /// A longer line or record is no manifest but something else.
  static constexpr std::size_t kMaxRecordBytes = 1U << 20U;

 private:
  struct Close {
    void operator()(std::FILE* file) const { file == stdin ? 0 : std::fclose(file); }
  };
  void skip_byte_order_mark();
  std::string name_;
  std::unique_ptr<std::FILE, Close> file_;
  std::size_t line_ = 0;
};

}  // namespace tranche::runner
