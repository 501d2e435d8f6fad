#include "register/text_input.hpp"

#include "register/asset_sink.hpp"

#include "tranche/error.hpp"

namespace tranche::runner {

TextInput::TextInput(const std::string& path)
    : name_(path == "-" ? "standard input" : path),
      file_(path == "-" ? stdin : std::fopen(path.c_str(), "re")) {
  if (!file_) {
    throw Error(ErrorCode::refused, "cannot read " + name_ + ": " + system_error());
  }
  skip_byte_order_mark();
}

TextInput::TextInput(std::string name, const std::string& text)
    : name_(std::move(name)), file_(::fmemopen(const_cast<char*>(text.data()), text.size(), "r")) {
  skip_byte_order_mark();
}

void TextInput::skip_byte_order_mark() {
  const int first = std::getc(file_.get());
  if (first != 0xEF) {
    std::ungetc(first, file_.get());
    return;
  }
  std::getc(file_.get());
  std::getc(file_.get());
}

std::optional<char> TextInput::next() {
  const int byte = getc_unlocked(file_.get());
  if (byte != EOF) {
    return static_cast<char>(byte);
  }
  if (std::ferror(file_.get()) != 0) {
    refuse("cannot be read: " + system_error());
  }
  return std::nullopt;
}

std::optional<std::string> TextInput::next_line(char separator) {
  std::string line;
  ++line_;
  while (const auto byte = next()) {
    if (*byte == separator) {
      if (separator == '\n' && line.ends_with('\r')) {
        line.pop_back();
      }
      return line;
    }
    line += *byte;
    if (line.size() > kMaxRecordBytes) {
      refuse("is longer than 1 MiB; accepted are text files with one item a line");
    }
  }
  if (line.empty()) {
    return std::nullopt;
  }
  return line;
}

std::string TextInput::place() const {
  return name_ + ", line " + std::to_string(line_) + ": ";
}

void TextInput::refuse(const std::string& why) const {
  throw Error(ErrorCode::refused, place() + why);
}

}  // namespace tranche::runner
