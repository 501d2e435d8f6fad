#include "cli/replaced_file.hpp"

#include "tranche/error.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tranche::cli {
namespace {

constexpr std::size_t kBuffer = 65536;

}  // namespace

ReplacedFile::ReplacedFile(std::string option, std::filesystem::path path)
    : option_(std::move(option)),
      path_(std::move(path)),
      fresh_(path_.parent_path() /
             ("." + path_.filename().string() + "." + std::to_string(::getpid()))) {
  file_ = ::open(fresh_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (file_ < 0) {
    fail();
  }
}

ReplacedFile::~ReplacedFile() {
  if (file_ >= 0) {
    ::close(file_);
    ::unlink(fresh_.c_str());
  }
}

void ReplacedFile::append(std::string_view text) {
  buffer_ += text;
  if (buffer_.size() >= kBuffer) {
    flush();
  }
}

void ReplacedFile::write(std::string_view text) {
  append(text);
  finish();
}

void ReplacedFile::flush() {
  std::string_view text = buffer_;
  while (!text.empty()) {
    const ssize_t written = ::write(file_, text.data(), text.size());
    if (written < 0 && errno != EINTR) {
      fail();
    }
    text.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
  }
  buffer_.clear();
}

void ReplacedFile::finish() {
  flush();
  if (std::rename(fresh_.c_str(), path_.c_str()) != 0) {
    fail();
  }
  ::close(file_);
  file_ = -1;
}

void ReplacedFile::fail() const {
  throw Error(ErrorCode::refused,
              option_ + " " + path_.string() + " cannot be written: " + std::strerror(errno));
}

}  // namespace tranche::cli
