#include "process/process_fixture.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fcntl.h>
#include <fstream>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>

using namespace tranche::runner;
using namespace std::chrono_literals;
using Kind = CommandResult::Kind;

TEST_CASE("a command's exit status is its own, each of the 256", "[process]") {
  ProcessFixture fixture;
  for (int status = 0; status < 256; ++status) {
    const CommandResult result = fixture.run(fixture.shell("exit " + std::to_string(status)));
    REQUIRE(result.kind == Kind::exited);
    REQUIRE(result.exit_code == status);
    REQUIRE(result.signal == 0);
  }
}

TEST_CASE("a command that dies of a signal is told by its signal", "[process]") {
  ProcessFixture fixture;
  for (const int number : {SIGHUP,
                           SIGINT,
                           SIGQUIT,
                           SIGILL,
                           SIGABRT,
                           SIGFPE,
                           SIGKILL,
                           SIGSEGV,
                           SIGPIPE,
                           SIGALRM,
                           SIGTERM,
                           SIGUSR1,
                           SIGUSR2}) {
    const CommandResult result =
        fixture.run(fixture.shell("kill -" + std::to_string(number) + " $$; sleep 100"));
    REQUIRE(result.kind == Kind::signalled);
    REQUIRE(result.signal == number);
    REQUIRE(result.exit_code == -1);
  }
}

TEST_CASE("a command that cannot be executed is told by its errno", "[process]") {
  ProcessFixture fixture;
  CommandSpec spec = fixture.shell("");
  const auto start_errno = [&](const std::string& command) {
    spec.argv = {command};
    const CommandResult result = fixture.run(spec);
    REQUIRE(result.kind == Kind::not_started);
    return result.start_errno;
  };
  std::ofstream(fixture.scratch.path("plain")) << "text\n";
  REQUIRE(chmod(fixture.scratch.path("plain").c_str(), 0644) == 0);

  REQUIRE(start_errno("tranche-no-such-command") == ENOENT);
  REQUIRE(start_errno("/no/such/command") == ENOENT);
  REQUIRE(start_errno("") == ENOENT);
  REQUIRE(start_errno(fixture.scratch.path("plain")) == EACCES);
  REQUIRE(start_errno(fixture.scratch.path("")) == EACCES);
  REQUIRE(start_errno(fixture.scratch.path("plain") / "below") == ENOTDIR);
  spec.environment.push_back("LONG=" + std::string(200'000, 'x'));
  REQUIRE(start_errno("true") == E2BIG);
  REQUIRE(waitpid(-1, nullptr, WNOHANG) == -1);
}

TEST_CASE("a script without an interpreter line is run by the shell", "[process]") {
  ProcessFixture fixture;
  std::ofstream(fixture.scratch.path("script")) << "echo \"$0 $1\" > \"$FIFO\"\nexit 9\n";
  REQUIRE(chmod(fixture.scratch.path("script").c_str(), 0755) == 0);
  CommandSpec spec = fixture.shell("");
  spec.argv = {fixture.scratch.path("script"), "argument"};
  const CommandResult result = fixture.run(spec);
  REQUIRE(result.exit_code == 9);
  REQUIRE(fixture.scratch.next_line() == spec.argv[0] + " argument");
}

TEST_CASE("a command sees its arguments, its environment and an empty standard input",
          "[process]") {
  ProcessFixture fixture;
  CommandSpec spec = fixture.shell("echo \"$1|$2|$WORD|$(wc -c)|$HOME\"");
  spec.argv.insert(spec.argv.end(), {"a b", "{x}"});
  spec.environment.push_back("WORD=one two");
  REQUIRE(fixture.run(spec).succeeded());
  REQUIRE(fixture.output() == "a b|{x}|one two|0|\n");
}

TEST_CASE("a command has no descriptors but the standard ones", "[process]") {
  ProcessFixture fixture;
  const FileDescriptor not_close_on_exec(open("/dev/null", O_RDONLY));
  REQUIRE(fixture.run(fixture.shell("ls /proc/$$/fd; true")).succeeded());
  REQUIRE(fixture.output() == "0\n1\n2\n");
}

TEST_CASE("a command finds signals as the runner's caller left them", "[process]") {
  struct sigaction ignore {};
  struct sigaction old {};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGHUP, &ignore, &old);
  {
    ProcessFixture fixture;  // blocks SIGTERM and SIGINT, ignores SIGPIPE
    const CommandResult result = fixture.run(
        fixture.shell("kill -HUP $$; grep -E 'Sig(Blk|Ign)' /proc/self/status; exit 4"));
    CHECK(result.exit_code == 4);
    CHECK(fixture.output() == "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000001\n");
  }
  sigaction(SIGHUP, &old, nullptr);
}

TEST_CASE("a background process neither holds the run nor is ended by it", "[process]") {
  ProcessFixture fixture;
  const CommandResult result = fixture.run(fixture.shell("sleep 1000 & echo $! > $FIFO; exit 5"));
  REQUIRE(result.kind == Kind::exited);
  REQUIRE(result.exit_code == 5);
  const pid_t background = std::stoi(fixture.scratch.next_line());
  CHECK(is_running(background));
  kill(background, SIGKILL);
}

TEST_CASE("many runs leave no descriptor and no zombie", "[process]") {
  ProcessFixture fixture;
  fixture.run(fixture.shell("exit 0"));
  const std::size_t before = open_descriptors();
  CommandSpec logged = fixture.shell("echo out; echo err >&2");
  logged.log_directory = fixture.scratch.path("");
  logged.log_name = "log";
  for (int run = 0; run < 100; ++run) {
    REQUIRE(fixture.run(logged).succeeded());
    CommandSpec missing = fixture.shell("");
    missing.argv = {"/no/such/command"};
    REQUIRE(fixture.run(missing).start_errno == ENOENT);
  }
  REQUIRE(open_descriptors() == before);
  REQUIRE(waitpid(-1, nullptr, WNOHANG) == -1);
  REQUIRE(errno == ECHILD);
}

TEST_CASE("commands of several threads do not disturb each other", "[process]") {
  Guard guard;
  ProcessFixture fixture(&guard);
  std::vector<int> wrong(8, 0);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&, thread] {
      for (int run = 0; run < 10; ++run) {
        Watch watch;
        const int status = thread * 10 + run;
        const CommandResult result =
            fixture.runner.run(fixture.shell("exit " + std::to_string(status)), watch);
        wrong[static_cast<std::size_t>(thread)] += result.exit_code == status ? 0 : 1;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  REQUIRE(std::count(wrong.begin(), wrong.end(), 0) == 8);
}

TEST_CASE("a result tells what a command used", "[process]") {
  ProcessFixture fixture;
  const CommandResult result =
      fixture.run(fixture.shell("i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done"));
  REQUIRE(result.succeeded());
  REQUIRE(result.user_time > 0ms);
  REQUIRE(result.elapsed >= result.user_time);
  REQUIRE(result.max_rss_kib > 100);
}
