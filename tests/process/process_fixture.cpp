#include "process/process_fixture.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <poll.h>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

namespace tranche::runner {
namespace {

FileDescriptor create(const std::filesystem::path& path) {
  return FileDescriptor(open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
}

ProcessRunnerOptions options(const ProcessFixture& fixture) {
  return {fixture.signals.ignored_at_start(), fixture.output_file.get(), fixture.error_file.get()};
}

}  // namespace

bool eventually(const std::function<bool()>& condition) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) {
      return false;
    }
    poll(nullptr, 0, 2);
  }
  return true;
}

char state_of(pid_t pid) {
  const std::string stat = read_file("/proc/" + std::to_string(pid) + "/stat");
  const std::size_t bracket = stat.rfind(')');
  return bracket == std::string::npos ? '\0' : stat.at(bracket + 2);
}

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

Scratch::Scratch() {
  std::string name = (std::filesystem::temp_directory_path() / "tranche-process-XXXXXX").string();
  REQUIRE(mkdtemp(name.data()) != nullptr);
  directory_ = name;
  REQUIRE(mkfifo(path("fifo").c_str(), 0600) == 0);
  fifo_.reset(open(path("fifo").c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
  REQUIRE(fifo_);
}

Scratch::~Scratch() {
  std::filesystem::remove_all(directory_);
}

std::string Scratch::next_line() {
  const bool complete = eventually([&] {
    char chunk[512];
    const ssize_t size = read(fifo_.get(), chunk, sizeof chunk);
    if (size > 0) {
      received_.append(chunk, static_cast<std::size_t>(size));
    }
    return received_.find('\n') != std::string::npos;
  });
  if (!complete) {
    throw std::runtime_error("no line came through the fifo");
  }
  const std::size_t newline = received_.find('\n');
  std::string line = received_.substr(0, newline);
  received_.erase(0, newline + 1);
  return line;
}

ProcessFixture::ProcessFixture(Guard* guard)
    : output_file(create(scratch.path("stdout"))),
      error_file(create(scratch.path("stderr"))),
      runner(stop, guard, options(*this)) {}

CommandSpec ProcessFixture::shell(const std::string& script) const {
  CommandSpec spec;
  spec.argv = {"sh", "-c", script, "sh"};
  const char* path = std::getenv("PATH");
  spec.environment = {"FIFO=" + scratch.path("fifo").string(),
                      "DIR=" + scratch.path("").string(),
                      std::string("PATH=") + (path == nullptr ? "/usr/bin:/bin" : path)};
  spec.grace = std::chrono::seconds(20);
  return spec;
}

}  // namespace tranche::runner
