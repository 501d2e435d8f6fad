#include "prune_archive.hpp"

#include "json/batch_json.hpp"
#include "json/run_json.hpp"

#include "tranche/error.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tranche::runner {

FileArchive::FileArchive(std::string path)
    : path_(std::move(path)),
      file_(::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600)) {
  if (!file_) {
    refuse("cannot be opened for writing");
  }
}

void FileArchive::add(const PrunedAttempt& attempt) {
  Json json{{"type", "attempt"},
            {"batch_id", attempt.batch_id},
            {"job", attempt.job},
            {"window", attempt.window},
            {"first_key", key_json(attempt.first_key)},
            {"last_key", key_json(attempt.last_key)},
            {"first_key_text", key_text_json(attempt.first_key)},
            {"last_key_text", key_text_json(attempt.last_key)}};
  json.update(attempt_json(attempt.attempt));
  line(json);
}

void FileArchive::add(const Run& run) {
  Json json{{"type", "run"}};
  json.update(run_json(run));
  line(json);
}

void FileArchive::line(const Json& json) {
  waiting_ += json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

void FileArchive::flush() {
  struct stat before {};
  const bool regular = ::fstat(file_.get(), &before) == 0 && S_ISREG(before.st_mode);
  for (std::size_t written = 0; written < waiting_.size();) {
    const ssize_t count =
        ::write(file_.get(), waiting_.data() + written, waiting_.size() - written);
    if (count < 0 && errno != EINTR) {
      const int reason = errno;
      // No half line: its rows stay in the inventory and come again.
      if (regular) {
        static_cast<void>(!::ftruncate(file_.get(), before.st_size));
      }
      errno = reason;
      refuse("cannot be written");
    }
    written += count < 0 ? 0 : static_cast<std::size_t>(count);
  }
  waiting_.clear();
  if (regular && ::fsync(file_.get()) != 0) {
    refuse("cannot be written");
  }
}

void FileArchive::refuse(const std::string& what) const {
  const std::string reason = std::strerror(errno);
  throw Error(ErrorCode::refused, "--archive: " + path_ + " " + what + ": " + reason);
}

}  // namespace tranche::runner
