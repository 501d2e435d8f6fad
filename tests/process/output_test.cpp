#include "process/line_prefixer.hpp"
#include "process/output_pump.hpp"
#include "process/process_fixture.hpp"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <future>
#include <optional>
#include <poll.h>
#include <string_view>
#include <sys/resource.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

using namespace tranche::runner;
using namespace std::chrono_literals;
using Kind = CommandResult::Kind;

namespace {

/// A runner whose standard output and error are the same pipe.
struct PipedFixture : ProcessFixture {
  /// Closes the pipe, so that its reader meets the end.
  void close_pipe() {
    piped.reset();
    pipe.write.reset();
  }

  Pipe pipe = make_pipe();
  std::optional<ProcessRunner> piped{
      std::in_place,
      stop,
      nullptr,
      ProcessRunnerOptions{signals.ignored_at_start(), pipe.write.get(), pipe.write.get()}};
};

/// Compares what is read with "<prefix>1\n<prefix>2\n...", as `seq` counts, as it comes, up to the
/// end of file.
class Counted {
 public:
  explicit Counted(std::string prefix) : prefix_(std::move(prefix)) {}

  void drain(int fd) {
    std::vector<char> chunk(1 << 16);
    for (ssize_t size = 0; (size = read(fd, chunk.data(), chunk.size())) > 0;) {
      feed({chunk.data(), static_cast<std::size_t>(size)});
    }
  }
  std::size_t lines() const { return lines_; }
  bool equal() const { return equal_ && at_ == expected_.size(); }

 private:
  void feed(std::string_view data) {
    while (!data.empty() && equal_) {
      if (at_ == expected_.size()) {
        expected_ = prefix_ + std::to_string(++lines_) + "\n";
        at_ = 0;
      }
      const std::size_t size = std::min(data.size(), expected_.size() - at_);
      equal_ = data.compare(0, size, expected_, at_, size) == 0;
      at_ += size;
      data.remove_prefix(size);
    }
  }

  std::string prefix_;
  std::string expected_;
  std::size_t at_ = 0;
  std::size_t lines_ = 0;
  bool equal_ = true;
};

/// Sanitizers keep freed memory for a while: there it is always 0.
long peak_memory_kib() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return 0;
#else
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
#endif
}

/// 100 MB and a little.
constexpr std::size_t kLines = 1'000'000;
const std::string kFill(100, '-');
const std::string kCount = "seq -f '" + kFill + "%.0f' " + std::to_string(kLines);

void check_counted(PipedFixture& fixture, const CommandSpec& spec) {
  const long before = peak_memory_kib();
  Counted counted(spec.line_prefix + kFill);
  std::thread reader([&] { counted.drain(fixture.pipe.read.get()); });
  const CommandResult result = fixture.piped->run(spec, fixture.watch);
  fixture.close_pipe();
  reader.join();
  REQUIRE(result.succeeded());
  REQUIRE(counted.lines() == kLines);
  REQUIRE(counted.equal());
  REQUIRE(peak_memory_kib() - before < 16 * 1024);
}

}  // namespace

TEST_CASE("100 MB of standard error pass unchanged in bounded memory", "[process]") {
  PipedFixture fixture;
  check_counted(fixture, fixture.shell(kCount + " >&2"));
}

TEST_CASE("100 MB of standard output pass line by line behind their prefix", "[process]") {
  PipedFixture fixture;
  CommandSpec spec = fixture.shell(kCount);
  spec.line_prefix = "[42] ";
  check_counted(fixture, spec);
}

TEST_CASE("output is written on at once", "[process]") {
  PipedFixture fixture;
  const CommandSpec spec =
      fixture.shell("printf out; printf err >&2; while [ ! -e $DIR/go ]; do sleep 0.02; done");
  auto running =
      std::async(std::launch::async, [&] { return fixture.piped->run(spec, fixture.watch); });
  std::string seen;
  REQUIRE(eventually([&] {
    pollfd some{fixture.pipe.read.get(), POLLIN, 0};
    char chunk[16];
    if (poll(&some, 1, 0) == 1) {
      seen.append(chunk, static_cast<std::size_t>(read(some.fd, chunk, sizeof chunk)));
    }
    return seen.size() >= 6;
  }));
  REQUIRE(seen == "outerr");
  const FileDescriptor go(creat(fixture.scratch.path("go").c_str(), 0600));
  REQUIRE(running.get().succeeded());
}

TEST_CASE("a result keeps the last 8 KiB of standard error", "[process]") {
  ProcessFixture fixture;
  const CommandResult brief = fixture.run(fixture.shell("echo one; echo two >&2"));
  REQUIRE(brief.stderr_tail == "two\n");
  const CommandResult result = fixture.run(fixture.shell("seq 100000 >&2; echo 'the end' >&2"));
  REQUIRE(result.stderr_tail.size() == kTailSize);
  REQUIRE(result.stderr_tail.substr(kTailSize - 15) == "100000\nthe end\n");
}

TEST_CASE("a command may close its streams", "[process]") {
  ProcessFixture fixture;
  CommandSpec spec = fixture.shell("exec >&- 2>&-; echo closed > $FIFO; exit 3");
  spec.line_prefix = "[1] ";
  REQUIRE(fixture.run(spec).exit_code == 3);
  REQUIRE(fixture.scratch.next_line() == "closed");
}

TEST_CASE("a background process that goes on writing does not hold the run", "[process]") {
  ProcessFixture fixture;
  const CommandResult result = fixture.run(fixture.shell("yes >&2 & echo $! > $FIFO; exit 6"));
  REQUIRE(result.exit_code == 6);
  const pid_t background = std::stoi(fixture.scratch.next_line());
  REQUIRE(eventually([&] { return !is_running(background); }));
}

TEST_CASE("a reader that stands still holds up neither time-out nor lease", "[process]") {
  PipedFixture fixture;
  CommandSpec spec = fixture.shell("yes >&2");
  spec.line_prefix = GENERATE("", "[7] ");
  spec.grace = 100ms;
  SECTION("time-out") {
    spec.timeout = 200ms;
    REQUIRE(fixture.piped->run(spec, fixture.watch).kind == Kind::timed_out);
  }
  SECTION("lease") {
    fixture.watch.renew(boot_now() - 17s, 20s);
    REQUIRE(fixture.piped->run(spec, fixture.watch).kind == Kind::lease_lost);
    REQUIRE(boot_now() < fixture.watch.deadline());
  }
}

TEST_CASE("a command goes on when nobody reads the runner's output any more", "[process]") {
  PipedFixture fixture;
  fixture.pipe.read.reset();
  CommandSpec spec = fixture.shell("seq 200000; echo last >&2; exit 8");
  spec.log_directory = fixture.scratch.path("");
  spec.log_name = "attempt";
  const CommandResult result = fixture.piped->run(spec, fixture.watch);
  REQUIRE(result.exit_code == 8);
  REQUIRE(result.stderr_tail == "last\n");
  const std::string log = read_file(fixture.scratch.path("attempt.out"));
  REQUIRE(log.substr(log.size() - 7) == "200000\n");
}

TEST_CASE("closed streams of the runner lose output and nothing else", "[process]") {
  ProcessFixture fixture;
  ProcessRunner runner(fixture.stop, nullptr, {fixture.signals.ignored_at_start(), 900, 901});
  CommandSpec spec = fixture.shell("echo out; echo err >&2; exit 5");
  spec.line_prefix = "[1] ";
  const CommandResult result = runner.run(spec, fixture.watch);
  REQUIRE(result.exit_code == 5);
  REQUIRE(result.stderr_tail == "err\n");
}

TEST_CASE("a socket as the runner's output receives everything", "[process]") {
  ProcessFixture fixture;
  int ends[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  const FileDescriptor reading(ends[0]);
  FileDescriptor writing(ends[1]);
  Counted counted("");
  std::thread reader([&] { counted.drain(reading.get()); });
  {
    ProcessRunner runner(
        fixture.stop, nullptr, {fixture.signals.ignored_at_start(), writing.get(), writing.get()});
    CHECK(runner.run(fixture.shell("seq 300000 >&2"), fixture.watch).succeeded());
  }
  writing.reset();
  reader.join();
  REQUIRE(counted.lines() == 300000);
  REQUIRE(counted.equal());
}

TEST_CASE("log files keep both streams, prefix or not", "[process]") {
  ProcessFixture fixture;
  CommandSpec spec = fixture.shell("echo out; echo err >&2");
  spec.line_prefix = GENERATE("", "[3] ");
  spec.log_directory = fixture.scratch.path("");
  spec.log_name = "batch-3";
  REQUIRE(fixture.run(spec).succeeded());
  REQUIRE(read_file(fixture.scratch.path("batch-3.out")) == "out\n");
  REQUIRE(read_file(fixture.scratch.path("batch-3.err")) == "err\n");
  REQUIRE(fixture.output() == spec.line_prefix + "out\n");
  REQUIRE(fixture.error() == spec.line_prefix + "err\n");
}

TEST_CASE("a log file that cannot be written is refused before the command starts", "[process]") {
  ProcessFixture fixture;
  CommandSpec spec = fixture.shell("echo started > $DIR/started");
  spec.log_directory = fixture.scratch.path("missing");
  spec.log_name = "x";
  REQUIRE_THROWS_WITH(fixture.run(spec), Catch::Contains("missing/x.err: No such file"));
  REQUIRE_FALSE(std::filesystem::exists(fixture.scratch.path("started")));
}

TEST_CASE("lines of commands that run at once are never mixed", "[process]") {
  PipedFixture fixture;
  std::vector<std::thread> commands;
  for (int job = 0; job < 4; ++job) {
    commands.emplace_back([&, job] {
      Watch watch;
      CommandSpec spec = fixture.shell("seq -f '" + std::string(100, static_cast<char>('a' + job)) +
                                       "%.0f' 20000");
      spec.line_prefix = "[" + std::to_string(job) + "] ";
      fixture.piped->run(spec, watch);
    });
  }
  std::string text;
  std::size_t lines = 0;
  std::size_t wrong = 0;
  std::vector<int> next(4, 1);
  std::vector<char> chunk(4096);
  while (lines < 80000) {
    const ssize_t size = read(fixture.pipe.read.get(), chunk.data(), chunk.size());
    REQUIRE(size > 0);
    text.append(chunk.data(), static_cast<std::size_t>(size));
    std::size_t begin = 0;
    for (std::size_t end = 0; (end = text.find('\n', begin)) != std::string::npos;
         begin = end + 1) {
      const auto job = static_cast<std::size_t>(text[begin + 1] - '0') % 4;
      const std::string line = "[" + std::to_string(job) + "] " +
                               std::string(100, static_cast<char>('a' + job)) +
                               std::to_string(next[job]++);
      wrong += text.compare(begin, end - begin, line) == 0 ? 0 : 1;
      ++lines;
    }
    text.erase(0, begin);
  }
  for (std::thread& command : commands) {
    command.join();
  }
  REQUIRE(wrong == 0);
}

TEST_CASE("LinePrefixer cuts a line that is too long and finishes the last", "[process]") {
  LinePrefixer prefixer("> ");
  std::string out;
  prefixer.feed("a\n\nb", out);
  REQUIRE(out == "> a\n> \n");
  prefixer.feed("c\n" + std::string(LinePrefixer::kMaxLine, 'x') + "\n" +
                    std::string(LinePrefixer::kMaxLine + 2, 'y') + "\nend",
                out);
  prefixer.finish(out);
  REQUIRE(out == "> a\n> \n> bc\n> " + std::string(LinePrefixer::kMaxLine, 'x') + "\n> " +
                     std::string(LinePrefixer::kMaxLine, 'y') + "\n> yy\n> end\n");
}
