#include "process/spawn.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <paths.h>
#include <sched.h>
#include <string_view>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

// The child runs in the memory of the parent: what a sanitizer records of it would be taken for the
// parent's.
#define TRANCHE_IN_CHILD __attribute__((no_sanitize("address,undefined,thread"), noinline))

#ifdef __SANITIZE_THREAD__
// The thread sanitizer takes every clone() for a fork, and refuses threads in the parent, whose
// memory the child shares.
extern "C" int __clone(int (*)(void*), void*, int, void*, ...);
#define clone __clone
#endif

namespace tranche::runner {
namespace {

constexpr std::size_t kStackSize = 64 * 1024;

/// All that the child needs, made before it: it may neither allocate nor take a lock.
struct ChildPlan {
  const char* const* candidates;
  char* const* argv;
  char** shell_argv;  // [1] is set to the file that turned out to be a script
  char* const* environment;
  int streams[3];
  const sigset_t* ignored;
  int guard_socket;
  GuardMessage announcement;
  int error;
};

TRANCHE_IN_CHILD void restore_signals(const sigset_t* ignored) {
  for (int number = 1; number < NSIG; ++number) {
    struct sigaction action;
    // Handlers become the default by exec itself.
    if (sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN &&
        sigismember(ignored, number) == 0) {
      action.sa_handler = SIG_DFL;
      sigaction(number, &action, nullptr);
    }
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

TRANCHE_IN_CHILD int execute(ChildPlan* plan) {
  const bool searching = plan->candidates[0] != nullptr && plan->candidates[1] != nullptr;
  int error = ENOENT;
  for (const char* const* file = plan->candidates; *file != nullptr; ++file) {
    execve(*file, plan->argv, plan->environment);
    if (errno == ENOEXEC) {
      plan->shell_argv[1] = const_cast<char*>(*file);
      execve(_PATH_BSHELL, plan->shell_argv, plan->environment);
      return ENOEXEC;
    }
    if (!searching) {
      return errno;
    }
    switch (errno) {
      case EACCES:
        error = EACCES;  // worth telling, if no other directory has it
        break;
      case ENOENT:
      case ENOTDIR:
      case ENODEV:
      case ESTALE:
      case ETIMEDOUT:
        break;
      default:
        return errno;
    }
  }
  return error;
}

TRANCHE_IN_CHILD int child_main(void* argument) {
  auto* plan = static_cast<ChildPlan*>(argument);
  plan->error = 0;
  if (setpgid(0, 0) != 0) {
    plan->error = errno;
    _exit(127);
  }
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    // A stream that the runner does not have itself stays closed, as under env.
    if (plan->streams[fd] == fd) {
      continue;
    }
    if (syscall(SYS_dup3, plan->streams[fd], fd, 0) < 0) {
      syscall(SYS_close, fd);
    }
  }
  if (plan->guard_socket >= 0) {
    plan->announcement.group = getpid();
    syscall(SYS_sendto,
            plan->guard_socket,
            &plan->announcement,
            sizeof plan->announcement,
            MSG_NOSIGNAL,
            nullptr,
            0);
  }
  close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
  restore_signals(plan->ignored);
  plan->error = execute(plan);
  _exit(127);
}

std::vector<char*> pointers_to(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (const std::string& string : strings) {
    pointers.push_back(const_cast<char*>(string.c_str()));
  }
  pointers.push_back(nullptr);
  return pointers;
}

/// /bin/sh FILE ARG...; FILE is left open.
std::vector<char*> shell_pointers(const std::vector<char*>& argv) {
  static char shell[] = _PATH_BSHELL;
  std::vector<char*> pointers{shell, nullptr};
  pointers.insert(pointers.end(), argv.begin() + 1, argv.end());
  return pointers;
}

/// No handler of ours may run in the child, where it would work on the parent's memory.
class AllSignalsBlocked {
 public:
  AllSignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old_);
  }
  ~AllSignalsBlocked() { pthread_sigmask(SIG_SETMASK, &old_, nullptr); }
  AllSignalsBlocked(const AllSignalsBlocked&) = delete;
  AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;

 private:
  sigset_t old_;
};

Spawned start(ChildPlan& plan) {
  // Sharing memory until exec makes the cost independent of the runner's size, as in posix_spawn.
  constexpr int kFlags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD;
  const auto stack =
      std::make_unique_for_overwrite<std::max_align_t[]>(kStackSize / sizeof(std::max_align_t));
  auto* top = reinterpret_cast<std::byte*>(stack.get()) + kStackSize;
  int pidfd = -1;
  Spawned spawned;
  const AllSignalsBlocked blocked;
  spawned.pid = clone(child_main, top, kFlags, &plan, &pidfd);
  if (spawned.pid < 0) {
    spawned.error = errno;
    return spawned;
  }
  spawned.pidfd.reset(pidfd);
  spawned.error = plan.error;
  return spawned;
}

}  // namespace

Spawned spawn(const SpawnRequest& request) {
  const std::vector<std::string> files = exec_candidates(request.argv.front());
  const std::vector<char*> candidates = pointers_to(files);
  const std::vector<char*> argv = pointers_to(request.argv);
  const std::vector<char*> environment = pointers_to(request.environment);
  std::vector<char*> shell_argv = shell_pointers(argv);
  ChildPlan plan{};
  plan.candidates = candidates.data();
  plan.argv = argv.data();
  plan.shell_argv = shell_argv.data();
  plan.environment = environment.data();
  plan.streams[STDIN_FILENO] = request.input;
  plan.streams[STDOUT_FILENO] = request.output;
  plan.streams[STDERR_FILENO] = request.error;
  plan.ignored = &request.ignored_signals;
  plan.guard_socket = request.guard == nullptr ? -1 : request.guard->socket();
  plan.announcement = {GuardMessage::What::watch, -1, request.grace, request.kill_at};
  return start(plan);
}

std::vector<std::string> exec_candidates(const std::string& command) {
  if (command.empty()) {
    return {};
  }
  if (command.find('/') != std::string::npos) {
    return {command};
  }
  const char* variable = std::getenv("PATH");
  std::string_view path = variable != nullptr ? variable : "/bin:/usr/bin";
  std::vector<std::string> files;
  for (;;) {
    const std::size_t colon = path.find(':');
    const std::string_view directory = path.substr(0, colon);
    // An empty entry is the current directory.
    files.push_back(std::string(directory.empty() ? "." : directory) + "/" + command);
    if (colon == std::string_view::npos) {
      return files;
    }
    path.remove_prefix(colon + 1);
  }
}

}  // namespace tranche::runner
