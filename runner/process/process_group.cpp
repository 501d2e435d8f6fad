#include "process/process_group.hpp"

#include "process/file_descriptor.hpp"

#include <array>
#include <cassert>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <signal.h>
#include <unistd.h>

namespace tranche::runner {
namespace {

/// From "/proc/PID/stat": the name in brackets may hold anything, so fields are counted from the
/// last bracket.
bool lives_in_group(const char* process, pid_t group) {
  std::array<char, 64> path{};
  std::snprintf(path.data(), path.size(), "/proc/%.20s/stat", process);
  const FileDescriptor file(open(path.data(), O_RDONLY | O_CLOEXEC));
  std::array<char, 512> text{};
  if (!file || read(file.get(), text.data(), text.size() - 1) <= 0) {
    return false;
  }
  const char* fields = std::strrchr(text.data(), ')');
  char state = 0;
  int parent = 0;
  int its_group = 0;
  if (fields == nullptr || std::sscanf(fields + 1, " %c %d %d", &state, &parent, &its_group) != 3) {
    return false;
  }
  return its_group == group && state != 'Z' && state != 'X';
}

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};

}  // namespace

void signal_group(pid_t group, int signal) noexcept {
  assert(group > 1);
  kill(-group, signal);
  if (signal != SIGKILL) {
    kill(-group, SIGCONT);
  }
}

bool group_outlives(pid_t leader) {
  const std::unique_ptr<DIR, CloseDirectory> processes(opendir("/proc"));
  if (!processes) {
    return true;
  }
  bool any_process = false;
  while (const dirent* entry = readdir(processes.get())) {
    if (std::isdigit(static_cast<unsigned char>(entry->d_name[0])) == 0) {
      continue;
    }
    any_process = true;
    if (std::atoi(entry->d_name) != leader && lives_in_group(entry->d_name, leader)) {
      return true;
    }
  }
  return !any_process;
}

}  // namespace tranche::runner
