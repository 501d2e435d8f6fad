#include "observe/progress_watch.hpp"

#include "process/file_descriptor.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fcntl.h>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

namespace tranche::runner {
namespace {

constexpr std::size_t kTail = 4096;

/// The end of a regular file; a command may put anything there.
std::string tail_of(const std::filesystem::path& path) {
  const FileDescriptor file(
      ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return {};
  }
  std::array<char, kTail> buffer;
  const off_t from = std::max<off_t>(0, status.st_size - static_cast<off_t>(kTail));
  const ssize_t size = ::pread(file.get(), buffer.data(), buffer.size(), from);
  return size > 0 ? std::string(buffer.data(), static_cast<std::size_t>(size)) : std::string();
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value)
                                                                  : std::nullopt;
}

std::optional<Progress> parse(std::string_view line) {
  line.remove_suffix(line.size() - std::min(line.find_last_not_of(" \t\r") + 1, line.size()));
  const std::size_t slash = line.find('/');
  if (slash == std::string_view::npos) {
    return std::nullopt;
  }
  const auto done = number(line.substr(0, slash));
  const auto total = number(line.substr(slash + 1));
  if (!done || !total || *done < 0 || *total <= 0 || *done > *total) {
    return std::nullopt;
  }
  return Progress{*done, *total};
}

}  // namespace

std::optional<Progress> read_progress(const std::filesystem::path& file) {
  const std::string text = tail_of(file);
  std::string_view left = text;
  while (!left.empty()) {
    const std::size_t start = left.find_last_of('\n');
    const std::string_view line = left.substr(start == std::string_view::npos ? 0 : start + 1);
    if (const auto found = parse(line)) {
      return found;
    }
    left = left.substr(0, start == std::string_view::npos ? 0 : start);
  }
  return std::nullopt;
}

ProgressWatch::~ProgressWatch() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) {
    thread_.join();
  }
}

void ProgressWatch::begin(std::int64_t batch_id, const std::filesystem::path& file) {
  if (observers_.empty()) {
    return;
  }
  const std::lock_guard lock(mutex_);
  watched_[batch_id] = {file, {}};
  if (!thread_.joinable()) {
    thread_ = std::thread([this] { live(); });
  }
}

void ProgressWatch::end(std::int64_t batch_id) {
  const std::lock_guard lock(mutex_);
  const auto found = watched_.find(batch_id);
  if (found != watched_.end()) {
    look(batch_id, found->second);
    watched_.erase(found);
  }
}

void ProgressWatch::live() {
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, interval_, [this] { return closing_; })) {
    for (auto& [batch_id, watched] : watched_) {
      look(batch_id, watched);
    }
  }
}

void ProgressWatch::look(std::int64_t batch_id, Watched& watched) {
  const auto now = read_progress(watched.file);
  if (now && now != watched.told) {
    watched.told = now;
    observers_.tell(BatchProgress{batch_id, now->done, now->total});
  }
}

}  // namespace tranche::runner
