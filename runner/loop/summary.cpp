#include "loop/summary.hpp"

#include "log.hpp"

#include "tranche/error.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tranche::runner {
namespace {

constexpr mode_t kMode = 0666;  // the umask takes away what the user does not want

/// A pipe or a device has no length to cut.
bool is_regular(int file) {
  struct stat status {};
  return ::fstat(file, &status) == 0 && S_ISREG(status.st_mode);
}

}  // namespace

Summary::Summary(std::string path) : path_(std::move(path)) {
  if (path_.empty() || path_ == "-") {
    return;
  }
  file_ = FileDescriptor(::open(path_.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, kMode));
  if (!file_) {
    throw Error(ErrorCode::refused,
                "the summary cannot be written to " + path_ + ": " + std::strerror(errno) +
                    "; --summary takes a file, or - for standard output");
  }
}

void Summary::write(const Json& summary) {
  if (path_.empty()) {
    return;
  }
  const std::string text = dump_line(summary) + "\n";
  const int file = path_ == "-" ? STDOUT_FILENO : file_.get();
  if (file_ && is_regular(file) && ::ftruncate(file, 0) != 0) {
    log::warn("the summary could not replace what is in " + path_ + ": " + std::strerror(errno));
    return;
  }
  std::string_view left = text;
  while (!left.empty()) {
    const ssize_t written = ::write(file, left.data(), left.size());
    if (written < 0 && errno == EAGAIN) {
      pollfd room{file, POLLOUT, 0};
      ::poll(&room, 1, -1);
      continue;
    }
    if (written < 0 && errno != EINTR) {
      log::warn("the summary could not be written to " + path_ + ": " + std::strerror(errno));
      return;
    }
    left.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
  }
}

}  // namespace tranche::runner
