#include "tranche/exit_policy.hpp"

#include "tranche/error.hpp"

#include <catch2/catch.hpp>

namespace tranche {

namespace {

using Kind = ExitAction::Kind;

Kind by_code(const std::string& policy, int code) {
  return ExitPolicy::parse(policy).match({code, std::nullopt, false}).kind;
}
Kind by_signal(const std::string& policy, int signal) {
  return ExitPolicy::parse(policy).match({std::nullopt, signal, false}).kind;
}
Kind by_timeout(const std::string& policy) {
  return ExitPolicy::parse(policy).match({124, std::nullopt, true}).kind;
}

}  // namespace

TEST_CASE("the first entry that matches decides, and nothing that matches is a retry", "[unit]") {
  CHECK(by_code("", 1) == Kind::retry);
  CHECK(by_code("*=fail", 1) == Kind::fail);
  CHECK(by_code("75=skip,*=fail", 75) == Kind::skip);
  CHECK(by_code("75=skip,*=fail", 76) == Kind::fail);
  CHECK(by_code("*=fail,75=skip", 75) == Kind::fail);
  CHECK(by_code("75=skip", 76) == Kind::retry);
}

TEST_CASE("ranges include both ends", "[unit]") {
  for (const auto& [code, kind] : {std::pair{63, Kind::retry},
                                   std::pair{64, Kind::split},
                                   std::pair{70, Kind::split},
                                   std::pair{78, Kind::split},
                                   std::pair{79, Kind::retry}}) {
    CHECK(by_code("64-78=split", code) == kind);
  }
}

TEST_CASE("137, KILL and SIGKILL are one", "[unit]") {
  for (const char* name : {"137", "KILL", "SIGKILL"}) {
    const std::string policy = std::string(name) + "=halt";
    CHECK(by_signal(policy, 9) == Kind::halt);
    CHECK(by_code(policy, 137) == Kind::halt);
    CHECK(by_code(policy, 9) == Kind::retry);
    CHECK(by_signal(policy, 15) == Kind::retry);
  }
}

TEST_CASE("timeout is tranche's own, and 124 stands for it where it has no entry", "[unit]") {
  CHECK(by_timeout("timeout=split,124=fail") == Kind::split);
  CHECK(by_timeout("124=fail,timeout=split") == Kind::split);
  CHECK(by_timeout("124=fail") == Kind::fail);
  CHECK(by_timeout("*=skip") == Kind::skip);
  CHECK(by_code("timeout=split", 124) == Kind::retry);
}

TEST_CASE("snooze carries its delay, exhausted stands apart", "[unit]") {
  const ExitAction snooze = ExitPolicy::parse("75=snooze:90s").match({75, std::nullopt, false});
  CHECK(snooze.kind == Kind::snooze);
  CHECK(snooze.delay == std::chrono::seconds(90));
  const ExitPolicy policy = ExitPolicy::parse("exhausted=split,*=retry");
  CHECK(policy.exhausted()->kind == Kind::split);
  CHECK(policy.match({1, std::nullopt, false}).kind == Kind::retry);
  CHECK(!ExitPolicy::parse("*=retry").exhausted());
}

TEST_CASE("an entry that says nothing is refused by its text", "[unit]") {
  for (const char* policy : {"75",
                             "=fail",
                             "75=",
                             "75=explode",
                             "0=fail",
                             "256=fail",
                             "78-64=fail",
                             "0-5=fail",
                             "5-=fail",
                             "-5=fail",
                             "x=fail",
                             "75=fail,,1=fail",
                             "75=snooze",
                             "75=snooze:",
                             "75=snooze:soon",
                             "75=snooze:-5s",
                             "exhausted=retry",
                             "exhausted=snooze:1m",
                             "75 =fail",
                             "75= fail",
                             "SIGNONE=fail",
                             "7x=fail",
                             "1-2-3=fail",
                             "*=fail,"
                             "=",
                             "**=fail"}) {
    INFO(policy);
    try {
      ExitPolicy::parse(policy);
      FAIL_CHECK("accepted");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::usage);
      CHECK(std::string(error.what()).find('\n') == std::string::npos);
    }
  }
}

TEST_CASE("signals have names and numbers", "[unit]") {
  CHECK(signal_from_name("TERM") == 15);
  CHECK(signal_from_name("SIGINT") == 2);
  CHECK(!signal_from_name("9"));
  CHECK(!signal_from_name("SIGNONE"));
  CHECK(signal_name(9) == "SIGKILL");
  CHECK(signal_name(200) == "signal 200");
}

}  // namespace tranche
