#include "processes.hpp"

#include "bench.hpp"

#include "tranche/error.hpp"

#include <array>
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tranche::bench {

namespace {

pid_t start_with_output(const std::vector<std::string>& argv, int output) {
  std::vector<char*> pointers;
  for (const std::string& word : argv) {
    pointers.push_back(const_cast<char*>(word.c_str()));
  }
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (output >= 0) {
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  } else {
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  }
  pid_t pid = -1;
  const int failed = posix_spawnp(&pid, pointers[0], &actions, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) {
    throw Error(ErrorCode::refused,
                "'" + argv[0] + "' cannot be started: " + std::generic_category().message(failed));
  }
  return pid;
}

rusage wait_for(pid_t pid, const std::vector<std::string>& argv) {
  int status = 0;
  rusage usage{};
  if (wait4(pid, &status, 0, &usage) != pid || status != 0) {
    throw Error(
        ErrorCode::refused,
        "'" + argv[0] + (argv.size() > 1 ? " " + argv[1] : "") + "' ended with status " +
            std::to_string(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status)));
  }
  return usage;
}

}  // namespace

double run_program(const std::vector<std::string>& argv) {
  const auto begun = Clock::now();
  wait_for(start_with_output(argv, -1), argv);
  return milliseconds_since(begun);
}

std::string output_of(const std::vector<std::string>& argv) {
  return measured(argv).output;
}

Measured measured(const std::vector<std::string>& argv) {
  const auto begun = Clock::now();
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw Error(ErrorCode::internal, "no pipe");
  }
  const pid_t pid = start_with_output(argv, ends[1]);
  close(ends[1]);
  std::string text;
  std::array<char, 4096> buffer{};
  ssize_t got = 0;
  while ((got = read(ends[0], buffer.data(), buffer.size())) > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  close(ends[0]);
  const rusage usage = wait_for(pid, argv);
  return {milliseconds_since(begun), rounded(static_cast<double>(usage.ru_maxrss) / 1024), text};
}

}  // namespace tranche::bench
