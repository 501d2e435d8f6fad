#include "observe/program_observer.hpp"

#include "json/event_json.hpp"
#include "observe/error_relay.hpp"
#include "process/file_descriptor.hpp"
#include "process/spawn.hpp"

#include "tranche/error.hpp"

#include <cerrno>
#include <cstring>
#include <mutex>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tranche::runner {
namespace {

class ProgramObserver final : public Observer {
 public:
  explicit ProgramObserver(std::string program) : program_(std::move(program)) {}

  void on_run_started(const RunStarted& told) override {
    start();
    write(told);
  }
  void on_batch_acquired(const BatchAcquired& told) override { write(told); }
  void on_batch_handed_over(const BatchHandedOver& told) override { end(told); }
  void on_batch_resumed(const BatchResumed& told) override {
    start();
    write(told);
  }
  void on_progress(const BatchProgress& told) override { write(told); }
  void on_batch_released(const BatchReleased& told) override { write(told); }
  void on_run_finished(const RunFinished& told) override { end(told); }
  void abandon() noexcept override {
    const std::lock_guard lock(mutex_);
    abandoned_ = true;
    if (pid_ > 0) {
      ::kill(-pid_, SIGKILL);
    }
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorCode::internal, program_ + " " + what);
  }

  void start() {
    ignore_broken_pipes();
    Pipe pipe = make_pipe();
    std::vector<std::string> environment;
    for (char** entry = environ; *entry != nullptr; ++entry) {
      environment.emplace_back(*entry);
    }
    sigset_t none;
    sigemptyset(&none);
    const std::vector<std::string> argv{program_};
    printed_ = std::make_unique<ErrorRelay>();
    const int error = printed_->fd();
    const Spawned spawned =
        spawn({argv, environment, pipe.read.get(), error, error, none, nullptr, {}, {}});
    if (spawned.error != 0) {
      reap(spawned.pid);
      fail(std::string("could not be started: ") + std::strerror(spawned.error));
    }
    printed_->begin();
    input_ = std::move(pipe.write);
    const std::lock_guard lock(mutex_);
    pid_ = spawned.pid;
    if (abandoned_) {
      ::kill(-pid_, SIGKILL);
    }
  }

  /// A step does not ignore them as a run does: whoever reads its output may go. Only this thread.
  static void ignore_broken_pipes() {
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  }

  void end(const RunEvent& last) {
    write(last);
    input_.reset();
    wait();
  }

  void write(const RunEvent& event) {
    if (!input_) {
      return;
    }
    const std::string line = dump_line(event_json(event)) + '\n';
    std::string_view left = line;
    while (!left.empty()) {
      const ssize_t written = ::write(input_.get(), left.data(), left.size());
      if (written < 0 && errno != EINTR) {
        input_.reset();
        fail("reads no more events");
      }
      left.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
    }
  }

  static int reap(pid_t pid) {
    int status = 0;
    while (pid > 0 && ::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
  }

  void wait() {
    if (pid_ <= 0) {
      return;
    }
    siginfo_t info{};
    while (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT) != 0 &&
           errno == EINTR) {
    }
    int status = 0;
    {
      // Once it is reaped, its number can be anybody's.
      const std::lock_guard lock(mutex_);
      status = reap(pid_);
      pid_ = -1;
    }
    printed_->end();
    if (status != 0) {
      fail(WIFSIGNALED(status) ? "was ended by signal " + std::to_string(WTERMSIG(status))
                               : "ended with exit status " + std::to_string(WEXITSTATUS(status)));
    }
  }

  const std::string program_;
  FileDescriptor input_;
  std::unique_ptr<ErrorRelay> printed_;
  std::mutex mutex_;
  bool abandoned_ = false;
  pid_t pid_ = -1;  ///< changed by the observer's own thread alone
};

}  // namespace

std::unique_ptr<Observer> make_program_observer(std::string program) {
  return std::make_unique<ProgramObserver>(std::move(program));
}

}  // namespace tranche::runner
