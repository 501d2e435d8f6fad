#include "loop/outcome.hpp"

#include "exit_status.hpp"

#include "tranche/database_url.hpp"
#include "tranche/exit_policy.hpp"

#include <cerrno>
#include <cstring>

namespace tranche::runner {
namespace {

constexpr std::size_t kLongestMessage = 1000;

// The last line that says anything: where most programs put the reason.
std::string last_line(const std::string& text) {
  const auto end = text.find_last_not_of(" \t\r\n");
  if (end == std::string::npos) {
    return {};
  }
  const auto start = text.find_last_of("\r\n", end);
  std::string line = text.substr(start == std::string::npos ? 0 : start + 1,
                                 end - (start == std::string::npos ? 0 : start + 1) + 1);
  std::erase(line, '\0');
  line = redact_passwords(line);
  return line.size() > kLongestMessage ? line.substr(line.size() - kLongestMessage) : line;
}

Verdict failed(const CommandResult& result, int status, const std::string& told) {
  Verdict verdict;
  verdict.release.emplace();
  verdict.release->status = ReleaseRequest::Status::failed;
  verdict.status = status;
  verdict.told = told;
  const std::string line = last_line(result.stderr_tail);
  verdict.release->message = line.empty() ? told : line;
  return verdict;
}

Verdict given_back(ReleaseRequest::Status how, int status, const std::string& told) {
  Verdict verdict;
  verdict.release.emplace();
  verdict.release->status = how;
  verdict.release->message = told;
  verdict.status = status;
  verdict.told = told;
  return verdict;
}

Verdict not_started(const CommandResult& result) {
  const int status = result.start_errno == ENOENT ? kExitNotFound : kExitNotExecutable;
  Verdict verdict =
      given_back(ReleaseRequest::Status::not_started,
                 status,
                 std::string("could not be started: ") + std::strerror(result.start_errno));
  return verdict;
}

Verdict exited(const CommandResult& result, const Report& report) {
  if (result.exit_code != 0) {
    Verdict verdict = failed(
        result, result.exit_code, "failed with exit status " + std::to_string(result.exit_code));
    verdict.release->exit_code = result.exit_code;
    return verdict;
  }
  if (report.failed > 0) {
    Verdict verdict = failed(result, 0, told_failed(report));
    verdict.release->exit_code = 0;
    verdict.release->message = verdict.told;
    return verdict;
  }
  Verdict verdict;
  verdict.release.emplace();
  verdict.release->exit_code = 0;
  verdict.told = "succeeded";
  return verdict;
}

}  // namespace

Outcome outcome_of(const Batch& after, const Verdict& verdict) {
  if (!verdict.release) {
    return Outcome::lost;
  }
  switch (verdict.release->status) {
    case ReleaseRequest::Status::succeeded:
      return Outcome::succeeded;
    case ReleaseRequest::Status::returned:
      return Outcome::returned;
    case ReleaseRequest::Status::not_started:
      return Outcome::not_started;
    case ReleaseRequest::Status::failed:
      break;
  }
  if (after.skipped) {
    return Outcome::skipped;
  }
  if (after.superseded) {
    return Outcome::split;
  }
  // A snooze takes the attempt back.
  if (after.status == BatchStatus::failed && !after.exhausted && after.attempt < verdict.attempt) {
    return Outcome::snoozed;
  }
  return verdict.release->timed_out ? Outcome::timeout : Outcome::failed;
}

Verdict judge(const CommandResult& result, const Report& report, Outputs outputs) {
  using Kind = CommandResult::Kind;
  Verdict verdict;
  switch (result.kind) {
    case Kind::lease_lost:
      verdict.status = kExitFailure;
      verdict.told = "lost its lease";
      return verdict;
    case Kind::stopped:
      verdict = given_back(ReleaseRequest::Status::returned,
                           exit_of_signal(result.signal),
                           "stopped by " + signal_name(result.signal));
      break;
    case Kind::not_started:
      return not_started(result);
    case Kind::timed_out:
      verdict = failed(result, kExitTimeout, "ran past its time-out");
      verdict.release->timed_out = true;
      if (result.exit_code >= 0) {
        verdict.release->exit_code = result.exit_code;
      } else if (result.signal > 0) {
        verdict.release->signal = result.signal;
      }
      break;
    case Kind::exited:
      verdict = exited(result, report);
      break;
    case Kind::signalled:
      verdict = failed(
          result, exit_of_signal(result.signal), "was ended by " + signal_name(result.signal));
      verdict.release->signal = result.signal;
      break;
  }
  verdict.release->outputs = std::move(outputs);
  return verdict;
}

}  // namespace tranche::runner
