#include "loop/outcome.hpp"

#include <catch2/catch.hpp>

#include <cerrno>
#include <signal.h>

using namespace tranche;
using namespace tranche::runner;

namespace {

using Kind = CommandResult::Kind;
using Status = ReleaseRequest::Status;

CommandResult ended(Kind kind, int exit_code = -1, int signal = 0) {
  CommandResult result;
  result.kind = kind;
  result.exit_code = exit_code;
  result.signal = signal;
  return result;
}

Report with_failures(std::int64_t failed) {
  Report report;
  report.failed = failed;
  report.first_failed = "file2";
  return report;
}

}  // namespace

TEST_CASE("judge records nothing after a lost lease", "[unit]") {
  const Verdict verdict = judge(ended(Kind::lease_lost, 0), with_failures(1), {{"a", "1"}});
  REQUIRE_FALSE(verdict.release);
  REQUIRE(verdict.status == 125);
}

TEST_CASE("judge gives back what was stopped", "[unit]") {
  const Verdict verdict = judge(ended(Kind::stopped, 3, SIGTERM), with_failures(1), {});
  REQUIRE(verdict.release->status == Status::returned);
  REQUIRE(verdict.status == 128 + SIGTERM);
  REQUIRE(verdict.told == "stopped by SIGTERM");
}

TEST_CASE("judge tells what is not there from what cannot be executed", "[unit]") {
  for (const auto& [number, status] :
       {std::pair{ENOENT, 127}, {EACCES, 126}, {ENOEXEC, 126}, {E2BIG, 126}}) {
    CommandResult result = ended(Kind::not_started);
    result.start_errno = number;
    const Verdict verdict = judge(result, {}, {});
    REQUIRE(verdict.release->status == Status::not_started);
    REQUIRE(verdict.status == status);
  }
}

TEST_CASE("judge takes a time-out for a failure whatever the command made of it", "[unit]") {
  const Verdict quiet = judge(ended(Kind::timed_out, 0), {}, {});
  REQUIRE(quiet.release->status == Status::failed);
  REQUIRE(quiet.release->timed_out);
  REQUIRE(quiet.release->exit_code == 0);
  REQUIRE(quiet.status == 124);
  const Verdict killed = judge(ended(Kind::timed_out, -1, SIGKILL), {}, {});
  REQUIRE(killed.release->signal == SIGKILL);
  REQUIRE_FALSE(killed.release->exit_code);
}

TEST_CASE("judge takes exit 0 for a success unless items failed", "[unit]") {
  const Verdict success = judge(ended(Kind::exited, 0), with_failures(0), {{"rows", "3"}});
  REQUIRE(success.release->status == Status::succeeded);
  REQUIRE(success.release->exit_code == 0);
  REQUIRE(success.release->outputs == Outputs{{"rows", "3"}});
  REQUIRE(success.status == 0);
  const Verdict partial = judge(ended(Kind::exited, 0), with_failures(2), {});
  REQUIRE(partial.release->status == Status::failed);
  REQUIRE(partial.status == 0);
  REQUIRE(partial.told == "reported 2 failed items, the first: file2");
}

TEST_CASE("judge passes a status or a signal on", "[unit]") {
  const Verdict status = judge(ended(Kind::exited, 77), {}, {});
  REQUIRE(status.release->exit_code == 77);
  REQUIRE(status.status == 77);
  const Verdict signal = judge(ended(Kind::signalled, -1, SIGSEGV), {}, {});
  REQUIRE(signal.release->signal == SIGSEGV);
  REQUIRE(signal.status == 128 + SIGSEGV);
  REQUIRE(signal.told == "was ended by SIGSEGV");
}

TEST_CASE("judge keeps the last line of standard error without its password", "[unit]") {
  CommandResult result = ended(Kind::exited, 1);
  REQUIRE(judge(result, {}, {}).release->message == "failed with exit status 1");
  result.stderr_tail = "one\ntwo \r\n\n  \n";
  REQUIRE(judge(result, {}, {}).release->message == "two");
  result.stderr_tail = "cannot reach postgresql://u:secret@host/db";
  REQUIRE(judge(result, {}, {}).release->message.find("secret") == std::string::npos);
  result.stderr_tail = std::string(5000, 'x') + "end";
  const std::string message = judge(result, {}, {}).release->message;
  REQUIRE(message.size() == 1000);
  REQUIRE(message.ends_with("xend"));
}
