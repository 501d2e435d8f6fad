#include "process/caller_watch.hpp"

#include "log.hpp"

#include <cstdio>
#include <fstream>
#include <optional>
#include <poll.h>
#include <signal.h>
#include <string>
#include <sys/syscall.h>
#include <unistd.h>

namespace tranche::runner {
namespace {

struct Kin {
  pid_t parent;
  pid_t session;
};

/// From /proc/PID/stat; the name in brackets may hold anything.
std::optional<Kin> kin_of(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  std::getline(file, line);
  const std::size_t name_end = line.rfind(')');
  char state = 0;
  Kin kin{};
  int group = 0;
  if (name_end == std::string::npos ||
      std::sscanf(
          line.c_str() + name_end + 1, " %c %d %d %d", &state, &kin.parent, &group, &kin.session) !=
          4) {
    return std::nullopt;
  }
  return kin;
}

/// Parents in our session, and whoever made the session. The first process of all never dies.
std::vector<pid_t> callers() {
  std::vector<pid_t> found;
  const pid_t session = ::getsid(0);
  auto kin = kin_of(::getpid());
  while (kin && kin->parent > 1 && kin->session == session) {
    found.push_back(kin->parent);
    kin = kin_of(kin->parent);
  }
  return found;
}

}  // namespace

CallerWatch::CallerWatch() {
  for (const pid_t pid : callers()) {
    FileDescriptor caller(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (caller) {
      callers_.push_back(std::move(caller));
    }
  }
  if (!callers_.empty()) {
    thread_ = std::thread([this] { live(); });
  }
}

CallerWatch::~CallerWatch() {
  raise_event(closing_.get());
  if (thread_.joinable()) {
    thread_.join();
  }
}

void CallerWatch::live() {
  std::vector<pollfd> entries{{closing_.get(), POLLIN, 0}};
  for (const FileDescriptor& caller : callers_) {
    entries.push_back({caller.get(), POLLIN, 0});
  }
  while (::poll(entries.data(), entries.size(), -1) < 0) {
  }
  if (entries.front().revents == 0) {
    log::error("the process that began this run has died");
    ::kill(::getpid(), SIGTERM);
  }
}

}  // namespace tranche::runner
