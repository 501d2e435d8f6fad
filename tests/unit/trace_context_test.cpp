#include "loop/trace_context.hpp"

#include <catch2/catch.hpp>

using namespace tranche::runner;

namespace {

const std::string kGiven = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

void require_continued(const std::string& given) {
  CAPTURE(given);
  const TraceContext made = continue_trace(given.c_str());
  REQUIRE(made.continued);
  REQUIRE(made.parent.size() == kGiven.size());
  REQUIRE(made.parent.substr(0, 36) == kGiven.substr(0, 36));
  REQUIRE(made.parent.substr(36, 16) != kGiven.substr(36, 16));
  REQUIRE(made.parent.ends_with("-00"));
}

void require_new(const char* given) {
  CAPTURE(given);
  const TraceContext made = continue_trace(given);
  REQUIRE_FALSE(made.continued);
  REQUIRE(made.parent.size() == kGiven.size());
  REQUIRE(made.parent.starts_with("00-"));
  REQUIRE(made.parent.ends_with("-01"));
  REQUIRE(made.parent.substr(3, 32) != kGiven.substr(3, 32));
}

}  // namespace

TEST_CASE("a trace goes on with a span of its own, whatever the later version it is written in",
          "[unit]") {
  require_continued(kGiven);
  require_continued("01" + kGiven.substr(2));
  require_continued("fe" + kGiven.substr(2) + "-what a later version adds");
}

TEST_CASE("a malformed trace context begins a new trace", "[unit]") {
  for (const std::string& bad : {kGiven.substr(1),
                                 kGiven + "0",
                                 kGiven + "-0",
                                 "ff" + kGiven.substr(2),
                                 "01" + kGiven.substr(2) + "0",
                                 "00-" + std::string(32, '0') + kGiven.substr(35),
                                 kGiven.substr(0, 36) + std::string(16, '0') + "-00",
                                 "00-0AF" + kGiven.substr(6),
                                 std::string()}) {
    require_new(bad.c_str());
  }
  require_new(nullptr);
  REQUIRE(continue_trace(nullptr).parent != continue_trace(nullptr).parent);
}
