#include "loop/run_state.hpp"

#include <catch2/catch.hpp>

#include <poll.h>

using namespace tranche;
using namespace tranche::runner;

namespace {

using Result = RunState::Result;

Batch batch(std::int64_t first, std::int64_t last, BatchStatus status = BatchStatus::succeeded) {
  Batch made;
  made.id = first;
  made.first_key = Key::integer(first);
  made.last_key = Key::integer(last);
  made.count = last - first + 1;
  made.weight = 10;
  made.status = status;
  return made;
}

RunOptions all(int max_failures = 3) {
  RunOptions options;
  options.iterations.reset();
  options.max_failures = max_failures;
  return options;
}

bool is_readable(int file) {
  pollfd entry{file, POLLIN, 0};
  return poll(&entry, 1, 0) == 1;
}

void fail(RunState& state, int status) {
  state.end_iteration(batch(1, 1, BatchStatus::failed), Result::failed, status);
}

}  // namespace

TEST_CASE("RunState hands out as many iterations as were asked for", "[unit]") {
  RunOptions options;
  options.iterations = 2;
  RunState state(options);
  REQUIRE(state.reserve_iteration());
  REQUIRE(state.reserve_iteration());
  REQUIRE_FALSE(state.reserve_iteration());
  state.give_back_iteration();
  REQUIRE(state.reserve_iteration());
  REQUIRE(state.number_iteration() == 1);
  REQUIRE(state.number_iteration() == 2);
}

TEST_CASE("RunState keeps the status of the first failing iteration", "[unit]") {
  const RunOptions options = all();
  RunState state(options);
  REQUIRE(state.status() == 0);
  state.end_iteration(batch(1, 1), Result::succeeded, 0);
  fail(state, 5);
  fail(state, 6);
  REQUIRE(state.status() == 5);
  REQUIRE(state.iterations() == 3);
  REQUIRE(state.succeeded() == 1);
  REQUIRE(state.failed() == 2);
}

TEST_CASE("RunState ends after failures in a row, which only a success breaks", "[unit]") {
  const RunOptions options = all(2);
  RunState state(options);
  fail(state, 1);
  state.end_iteration(batch(2, 2), Result::succeeded, 0);
  fail(state, 1);
  state.end_iteration(batch(3, 3, BatchStatus::failed), Result::neutral, 75);
  REQUIRE(state.reserve_iteration());
  REQUIRE_FALSE(is_readable(state.ending_fd()));
  fail(state, 1);
  REQUIRE_FALSE(state.reserve_iteration());
  REQUIRE(is_readable(state.ending_fd()));
}

TEST_CASE("RunState goes on for ever with --max-failures 0", "[unit]") {
  const RunOptions options = all(0);
  RunState state(options);
  for (int i = 0; i < 1000; ++i) {
    fail(state, 1);
  }
  REQUIRE(state.reserve_iteration());
}

TEST_CASE("RunState sums up what succeeded, and lists the last 100 batches", "[unit]") {
  const RunOptions options = all(0);
  RunState state(options);
  for (int i = 200; i > 100; --i) {
    state.end_iteration(batch(i * 10, i * 10 + 4), Result::succeeded, 0);
  }
  fail(state, 3);
  const Json summary = state.summary("id", 3);
  REQUIRE(summary["iterations"] == 101);
  REQUIRE(summary["succeeded"] == 100);
  REQUIRE(summary["failed"] == 1);
  REQUIRE(summary["count"] == 500);
  REQUIRE(summary["weight"] == 1000);
  REQUIRE(summary["first_key"] == 1010);
  REQUIRE(summary["last_key"] == 2004);
  REQUIRE(summary["exit_status"] == 3);
  REQUIRE(summary["batches"].size() == 100);
  REQUIRE(summary["batches"][0]["batch_id"] == 1990);
  REQUIRE(summary["batches"][99]["batch_id"] == 1);
}
