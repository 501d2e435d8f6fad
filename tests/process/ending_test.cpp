#include "process/process_fixture.hpp"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <future>
#include <unistd.h>

using namespace tranche::runner;
using namespace std::chrono_literals;
using Kind = CommandResult::Kind;

namespace {

/// Says that it is ready, then sleeps for ever in steps, so that traps are run soon.
const std::string kReadyThenForever = "echo ready > $FIFO; while :; do sleep 0.02; done";

std::future<CommandResult> start(ProcessFixture& fixture, const CommandSpec& spec) {
  return std::async(std::launch::async, [&fixture, spec] { return fixture.run(spec); });
}

/// What is ignored here stays ignored in children of fixtures made meanwhile.
class Ignored {
 public:
  explicit Ignored(int number) : number_(number) {
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    sigaction(number, &ignore, &old_);
  }
  ~Ignored() { sigaction(number_, &old_, nullptr); }

 private:
  int number_;
  struct sigaction old_ {};
};

}  // namespace

TEST_CASE("a command past its time-out is ended by SIGTERM", "[process]") {
  ProcessFixture fixture;
  CommandSpec spec = fixture.shell("sleep 1000");
  spec.timeout = 100ms;
  const CommandResult result = fixture.run(spec);
  REQUIRE(result.kind == Kind::timed_out);
  REQUIRE(result.signal == SIGTERM);
  REQUIRE(result.elapsed >= 100ms);
}

TEST_CASE("a command that ignores SIGTERM is killed after the grace", "[process]") {
  const Ignored ignored(SIGTERM);
  ProcessFixture fixture;
  CommandSpec spec = fixture.shell("sleep 1000");
  spec.timeout = 100ms;
  spec.grace = 200ms;
  const CommandResult result = fixture.run(spec);
  REQUIRE(result.kind == Kind::timed_out);
  REQUIRE(result.signal == SIGKILL);
  REQUIRE(result.elapsed >= 300ms);
}

TEST_CASE("a command that exits 0 after its time-out has timed out all the same", "[process]") {
  ProcessFixture fixture;
  CommandSpec spec = fixture.shell("trap 'exit 0' TERM; " + kReadyThenForever);
  spec.timeout = 1s;
  const CommandResult result = fixture.run(spec);
  REQUIRE(result.kind == Kind::timed_out);
  REQUIRE(result.exit_code == 0);
}

TEST_CASE("what is left of a group is killed after the grace", "[process]") {
  ProcessFixture fixture;
  CommandSpec spec =
      fixture.shell("(trap '' TERM; sh -c 'echo $$ > $FIFO; while :; do sleep 0.02; done') & wait");
  spec.grace = 300ms;
  auto running = start(fixture, spec);
  const pid_t stubborn = std::stoi(fixture.scratch.next_line());
  fixture.stop.request(SIGTERM);
  const CommandResult result = running.get();
  REQUIRE(result.kind == Kind::stopped);
  REQUIRE_FALSE(is_running(stubborn));
}

TEST_CASE("a stop request reaches the command's children", "[process]") {
  ProcessFixture fixture;
  auto running = start(
      fixture,
      fixture.shell("(trap 'echo child > $FIFO; exit 0' TERM; " + kReadyThenForever + ") & wait"));
  REQUIRE(fixture.scratch.next_line() == "ready");
  fixture.stop.request(SIGTERM);
  REQUIRE(fixture.scratch.next_line() == "child");
  const CommandResult result = running.get();
  REQUIRE(result.kind == Kind::stopped);
  REQUIRE(result.signal == SIGTERM);
}

TEST_CASE("exit 0 after a stop request is a success", "[process]") {
  ProcessFixture fixture;
  auto running = start(fixture, fixture.shell("trap 'exit 0' INT; " + kReadyThenForever));
  REQUIRE(fixture.scratch.next_line() == "ready");
  fixture.stop.request(SIGINT);
  REQUIRE(running.get().succeeded());
}

TEST_CASE("every further stop signal is forwarded", "[process]") {
  ProcessFixture fixture;
  auto running = start(
      fixture,
      fixture.shell("trap 'echo first > $FIFO' TERM; trap 'exit 7' INT; " + kReadyThenForever));
  REQUIRE(fixture.scratch.next_line() == "ready");
  fixture.stop.request(SIGTERM);
  REQUIRE(fixture.scratch.next_line() == "first");
  fixture.stop.request(SIGINT);
  const CommandResult result = running.get();
  REQUIRE(result.kind == Kind::stopped);
  REQUIRE(result.signal == SIGTERM);
  REQUIRE(result.exit_code == 7);
}

TEST_CASE("a runner that was told to stop starts nothing", "[process]") {
  ProcessFixture fixture;
  fixture.stop.request(SIGHUP);
  const CommandResult result = fixture.run(fixture.shell("echo started"));
  REQUIRE(result.kind == Kind::stopped);
  REQUIRE(result.signal == SIGHUP);
  REQUIRE(fixture.output().empty());
}

TEST_CASE("a stopped command is ended all the same", "[process]") {
  ProcessFixture fixture;
  auto running = start(fixture, fixture.shell("echo $$ > $FIFO; kill -STOP $$; sleep 1000"));
  const pid_t command = std::stoi(fixture.scratch.next_line());
  REQUIRE(eventually([&] { return state_of(command) == 'T'; }));
  fixture.stop.request(SIGTERM);
  const CommandResult result = running.get();
  REQUIRE(result.kind == Kind::stopped);
  REQUIRE(result.elapsed < 20s);
}

TEST_CASE("a command that dies of a signal just before the runner hears of it was stopped",
          "[process]") {
  const std::string end = GENERATE("kill -TERM $$", "exit 143");
  ProcessFixture fixture;
  auto running = start(fixture, fixture.shell("echo $$ > $FIFO; " + end));
  const pid_t command = std::stoi(fixture.scratch.next_line());
  REQUIRE(eventually([&] { return !is_running(command); }));
  fixture.stop.request(SIGTERM);
  REQUIRE(running.get().kind == Kind::stopped);
}

TEST_CASE("a command is dead before its lease ends", "[process]") {
  const Ignored ignored(SIGTERM);
  ProcessFixture fixture;
  fixture.watch.renew(boot_now() - 17s, 20s);
  CommandSpec spec = fixture.shell("sleep 1000");
  spec.grace = 100ms;
  const CommandResult result = fixture.run(spec);
  REQUIRE(boot_now() < fixture.watch.deadline());
  REQUIRE(result.kind == Kind::lease_lost);
  REQUIRE(result.signal == SIGKILL);
  REQUIRE_FALSE(fixture.watch.lease_lost());
}

TEST_CASE("a renewed lease lets a command go on", "[process]") {
  ProcessFixture fixture;
  fixture.watch.renew(boot_now(), 2s);
  auto running = start(
      fixture, fixture.shell("echo ready > $FIFO; while [ ! -e $DIR/go ]; do sleep 0.02; done"));
  REQUIRE(fixture.scratch.next_line() == "ready");
  const auto first_end = fixture.watch.deadline();
  fixture.watch.renew(boot_now(), 1h);
  REQUIRE(eventually([&] { return boot_now() > first_end; }));
  const FileDescriptor go(creat(fixture.scratch.path("go").c_str(), 0600));
  REQUIRE(running.get().succeeded());
}

TEST_CASE("a lost lease ends the command, and outweighs everything else", "[process]") {
  ProcessFixture fixture;
  auto running = start(fixture, fixture.shell("trap 'exit 0' TERM; " + kReadyThenForever));
  REQUIRE(fixture.scratch.next_line() == "ready");
  fixture.watch.lose_lease();
  const CommandResult result = running.get();
  REQUIRE(result.kind == Kind::lease_lost);
  REQUIRE(result.exit_code == 0);
}

TEST_CASE("plan_lease_end leaves time for the grace, and less of it in a short lease",
          "[process]") {
  const LeasePlan usual = plan_lease_end(300s, 300s, 10s);
  REQUIRE(usual.terminate_at == 288s);
  REQUIRE(usual.kill_at == 298s);
  REQUIRE(usual.guard_at == 299s);
  const LeasePlan brief = plan_lease_end(30s, 30s, 60s);
  REQUIRE(brief.terminate_at == 20s);
  REQUIRE(brief.kill_at == 28s);
  REQUIRE(plan_lease_end(kNever, kNever, 10s).kill_at == kNever);
}

TEST_CASE("SignalWaiter tells signals and the end of the work", "[process]") {
  SignalWaiter signals;
  const FileDescriptor done = make_event();
  kill(getpid(), SIGINT);
  REQUIRE(signals.wait(done.get()) == SIGINT);
  raise_event(done.get());
  REQUIRE(signals.wait(done.get()) == std::nullopt);
}
