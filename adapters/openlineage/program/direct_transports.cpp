#include "direct_transports.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace tranche::adapters::openlineage {
namespace {

constexpr mode_t kMode = 0644;
constexpr int kNameTries = 1000;

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno != EINTR) {
      return false;
    }
    text.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
  }
  return true;
}

Sent put(int file, const std::string& path, const std::string& event) {
  // One write to a file opened for appending is whole, unless the disk is full half-way: the lock
  // keeps others from going on behind half a line.
  const bool written = file >= 0 && ::flock(file, LOCK_EX) == 0 && write_all(file, event + '\n');
  const int error = errno;
  if (file >= 0) {
    ::close(file);
  }
  return written ? Sent{}
                 : Sent{Sent::Kind::refused, "cannot write " + path + ": " + std::strerror(error)};
}

/// As datetime.now().strftime("%Y%m%d-%H%M%S.%f").
std::string time_name(std::chrono::microseconds since_1970) {
  const std::time_t seconds = since_1970.count() / 1'000'000;
  std::tm local{};
  localtime_r(&seconds, &local);
  std::array<char, 64> text{};
  std::array<char, 96> all{};
  std::strftime(text.data(), text.size(), "%Y%m%d-%H%M%S", &local);
  std::snprintf(all.data(),
                all.size(),
                "%s.%06d",
                text.data(),
                static_cast<int>(since_1970.count() % 1'000'000));
  return all.data();
}

class FileTransport final : public Transport {
 public:
  explicit FileTransport(FileConfig config) : config_(std::move(config)) {}

  Sent send(const std::string& event) override {
    return config_.append ? append(event) : write_new(event);
  }

 private:
  Sent append(const std::string& event) const {
    const int file = ::open(config_.path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, kMode);
    return put(file, config_.path, event);
  }

  Sent write_new(const std::string& event) const {
    auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now())
                   .time_since_epoch();
    std::string path;
    int file = -1;
    // Another may have written in the same microsecond.
    for (int left = kNameTries; file < 0 && left > 0; --left) {
      path = config_.path + "-" + time_name(now) + ".json";
      file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kMode);
      if (file < 0 && errno != EEXIST) {
        break;
      }
      ++now;
    }
    return put(file, path, event);
  }

  const FileConfig config_;
};

class ConsoleTransport final : public Transport {
 public:
  Sent send(const std::string& event) override {
    write_all(STDERR_FILENO, event + '\n');
    return {};
  }
};

}  // namespace

std::unique_ptr<Transport> make_file_transport(FileConfig config) {
  return std::make_unique<FileTransport>(std::move(config));
}

std::unique_ptr<Transport> make_console_transport() {
  return std::make_unique<ConsoleTransport>();
}

}  // namespace tranche::adapters::openlineage
