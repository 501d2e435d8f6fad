#include "spool.hpp"

#include "openlineage/sha1.hpp"

#include "tranche/error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <sys/file.h>
#include <unistd.h>

namespace tranche::adapters::openlineage {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEnding = ".json";
constexpr std::string_view kUnfinished = ".part";
constexpr auto kForgotten = std::chrono::hours(1);

std::string hex(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string all;
  for (const std::uint8_t byte : sha1(text)) {
    all += {kDigits[byte >> 4U], kDigits[byte & 0xFU]};
  }
  return all.substr(0, 16);
}

[[noreturn]] void refuse(const fs::path& folder, const std::string& why) {
  throw Error(ErrorCode::refused, "events cannot wait in " + folder.string() + ": " + why);
}

struct Entry {
  std::string name;
  std::uintmax_t size = 0;
};

/// Files come and go meanwhile. Those that somebody began long ago and never finished are removed.
std::vector<Entry> entries(const fs::path& folder) {
  std::vector<Entry> all;
  std::error_code failed;
  for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
    const std::string name = at->path().filename().string();
    std::error_code gone;
    if (name.ends_with(kEnding)) {
      const std::uintmax_t size = at->file_size(gone);
      if (!gone) {
        all.push_back({name, size});
      }
    } else if (name.ends_with(kUnfinished)) {
      const auto written = at->last_write_time(gone);
      if (!gone && fs::file_time_type::clock::now() - written > kForgotten) {
        fs::remove(at->path(), gone);
      }
    }
  }
  std::sort(all.begin(), all.end(), [](const Entry& a, const Entry& b) { return a.name < b.name; });
  return all;
}

}  // namespace

Spool::Spool(fs::path folder, std::uintmax_t most_bytes)
    : folder_(std::move(folder)), most_bytes_(most_bytes), grown_(most_bytes) {
  std::error_code failed;
  fs::create_directories(folder_, failed);
  if (!failed) {
    fs::permissions(folder_, fs::perms::owner_all, failed);
  }
  if (failed || ::access(folder_.c_str(), W_OK | X_OK) != 0) {
    refuse(folder_, failed ? failed.message() : std::strerror(errno));
  }
}

std::string Spool::next_name() {
  const auto now = std::chrono::duration_cast<std::chrono::nanoseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  // The clock may be set back; this process's events keep their order.
  last_time_ = std::max<std::int64_t>(last_time_ + 1, now);
  std::array<char, 64> text{};
  std::snprintf(text.data(),
                text.size(),
                "%020lld-%010d",
                static_cast<long long>(last_time_),
                static_cast<int>(::getpid()));
  return text.data();
}

void Spool::put(const std::string& event) {
  const std::lock_guard lock(mutex_);
  const std::string name = next_name();
  const fs::path unfinished = folder_ / (name + std::string(kUnfinished));
  const int file = ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const bool written =
      file >= 0 && ::write(file, event.data(), event.size()) == static_cast<ssize_t>(event.size());
  int error = errno;
  if (file >= 0) {
    ::close(file);
  }
  if (!written ||
      ::rename(unfinished.c_str(), (folder_ / (name + std::string(kEnding))).c_str()) != 0) {
    error = written ? errno : error;
    ::unlink(unfinished.c_str());
    refuse(folder_, error == 0 ? "the disk is full" : std::strerror(error));
  }
  grown_ += event.size();
  make_room();
}

void Spool::make_room() {
  // Not at each event: looking at all of them takes long where there are many.
  if (grown_ < most_bytes_ / 16) {
    return;
  }
  grown_ = 0;
  std::uintmax_t bytes = 0;
  const auto all = entries(folder_);
  for (const Entry& entry : all) {
    bytes += entry.size;
  }
  for (const Entry& entry : all) {
    if (bytes <= most_bytes_) {
      break;
    }
    remove(entry.name);
    bytes -= entry.size;
    ++dropped_;
  }
}

std::vector<std::string> Spool::waiting() const {
  std::vector<std::string> names;
  for (const Entry& entry : entries(folder_)) {
    names.push_back(entry.name);
  }
  return names;
}

std::optional<std::string> Spool::read(const std::string& name) const {
  std::ifstream file(folder_ / name, std::ios::binary);
  if (!file) {
    return std::nullopt;
  }
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void Spool::remove(const std::string& name) const {
  ::unlink((folder_ / name).c_str());
}

Spool::Turn::Turn(const Spool& spool)
    : file_(::open((spool.folder() / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)),
      // Where a file system knows no locks, better twice than never.
      ours_(file_ < 0 || ::flock(file_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) {}

Spool::Turn::~Turn() {
  if (file_ >= 0) {
    ::close(file_);
  }
}

fs::path spool_folder(const Environment& environment, const std::string& url) {
  const auto absolute = [&](std::string_view name) {
    const std::string value = variable(environment, name);
    return value.starts_with('/') ? value : std::string();
  };
  fs::path state = absolute("TRANCHE_STATE_DIR");
  if (state.empty() && !absolute("XDG_STATE_HOME").empty()) {
    state = fs::path(absolute("XDG_STATE_HOME")) / "tranche";
  }
  if (state.empty() && !absolute("HOME").empty()) {
    state = fs::path(absolute("HOME")) / ".local" / "state" / "tranche";
  }
  return state.empty() ? state : state / "openlineage" / hex(url);
}

}  // namespace tranche::adapters::openlineage
