#include "process/process_fixture.hpp"

#include <catch2/catch.hpp>

#include <functional>
#include <sys/wait.h>
#include <unistd.h>

using namespace tranche::runner;
using namespace std::chrono_literals;
using Kind = CommandResult::Kind;

namespace {

/// A process that plays the runner: a guard and one command.
class RunnerProcess {
 public:
  RunnerProcess(
      const ProcessFixture& fixture,
      const CommandSpec& spec,
      const std::function<void(Watch&)>& prepare = [](Watch&) {})
      : pid_(fork()) {
    if (pid_ == 0) {
      Guard guard;
      StopSource stop;
      Watch watch;
      prepare(watch);
      ProcessRunner runner(stop, &guard, {fixture.signals.ignored_at_start(), 1, 2});
      runner.run(spec, watch);
      _exit(0);
    }
  }
  ~RunnerProcess() { end(); }

  void signal(int number) const { kill(pid_, number); }
  void end() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
      pid_ = -1;
    }
  }

 private:
  pid_t pid_;
};

const std::string kTwoProcesses =
    "sh -c 'echo $$ > $FIFO; while :; do sleep 0.02; done' & echo $$ > $FIFO; wait; wait";

bool all_end(pid_t first, pid_t second) {
  return eventually([=] { return !is_running(first) && !is_running(second); });
}

}  // namespace

TEST_CASE("a killed runner takes its command and the command's children along", "[process]") {
  ProcessFixture fixture;
  RunnerProcess runner(fixture, fixture.shell(kTwoProcesses));
  const pid_t first = std::stoi(fixture.scratch.next_line());
  const pid_t second = std::stoi(fixture.scratch.next_line());
  runner.end();
  REQUIRE(all_end(first, second));
}

TEST_CASE("a killed runner's command that ignores SIGTERM is killed after the grace", "[process]") {
  ProcessFixture fixture;
  CommandSpec spec = fixture.shell("trap '' TERM; " + kTwoProcesses);
  spec.grace = 200ms;
  RunnerProcess runner(fixture, spec);
  const pid_t first = std::stoi(fixture.scratch.next_line());
  const pid_t second = std::stoi(fixture.scratch.next_line());
  runner.end();
  REQUIRE(all_end(first, second));
}

TEST_CASE("a runner killed during the grace leaves nothing of the group behind", "[process]") {
  ProcessFixture fixture;
  CommandSpec spec = fixture.shell(
      "(trap '' TERM; sh -c 'echo $$ > $FIFO; while :; do sleep 0.02; done') & "
      "trap 'echo ended > $FIFO; exit 0' TERM; wait");
  spec.timeout = 1s;
  spec.grace = 2s;
  RunnerProcess runner(fixture, spec);
  const pid_t child = std::stoi(fixture.scratch.next_line());
  REQUIRE(fixture.scratch.next_line() == "ended");
  runner.end();
  REQUIRE(eventually([&] { return !is_running(child); }));
}

TEST_CASE("a stopped runner's command is killed before its lease ends", "[process]") {
  ProcessFixture fixture;
  CommandSpec spec = fixture.shell(kTwoProcesses);
  spec.grace = 0s;
  const auto asked_at = boot_now() - 15s;
  RunnerProcess runner(fixture, spec, [&](Watch& watch) { watch.renew(asked_at, 20s); });
  const pid_t first = std::stoi(fixture.scratch.next_line());
  const pid_t second = std::stoi(fixture.scratch.next_line());
  runner.signal(SIGSTOP);
  REQUIRE(all_end(first, second));
  REQUIRE(boot_now() < asked_at + 20s);
}

TEST_CASE("a guard ends with its runner and kills nothing that is over", "[process]") {
  pid_t guard_pid = -1;
  pid_t background = -1;
  {
    Guard guard;
    guard_pid = guard.pid();
    ProcessFixture fixture(&guard);
    REQUIRE(fixture.run(fixture.shell("sleep 1000 & echo $! > $FIFO")).succeeded());
    background = std::stoi(fixture.scratch.next_line());
  }
  CHECK(state_of(guard_pid) == 0);
  CHECK(is_running(background));
  kill(background, SIGKILL);
}

TEST_CASE("a guard holds nothing of the runner's and shrugs off its signals", "[process]") {
  Guard guard;
  const std::string proc = "/proc/" + std::to_string(guard.pid());
  REQUIRE(eventually([&] { return read_file(proc + "/comm") == "tranche-guard\n"; }));
  REQUIRE(eventually([&] { return std::filesystem::read_symlink(proc + "/cwd") == "/"; }));
  for (const char* fd : {"0", "1", "2"}) {
    REQUIRE(std::filesystem::read_symlink(proc + "/fd/" + fd) == "/dev/null");
  }
  REQUIRE(getpgid(guard.pid()) == guard.pid());
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
    REQUIRE(kill(guard.pid(), number) == 0);
  }
  REQUIRE(is_running(guard.pid()));
}

TEST_CASE("commands run on without a guard that was killed", "[process]") {
  Guard guard;
  ProcessFixture fixture(&guard);
  kill(guard.pid(), SIGKILL);
  REQUIRE(eventually([&] { return state_of(guard.pid()) == 'Z'; }));
  REQUIRE(fixture.run(fixture.shell("exit 3")).exit_code == 3);
}
