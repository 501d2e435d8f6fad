#include "store/register_fixture.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>
#include <iostream>
#include <set>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tranche::test {

namespace {

using Texts = std::vector<std::string>;

constexpr int kItems = 20'000;

/// Registers items FIRST..FIRST+kItems in a process of its own, which ends with 0.
pid_t start_registering(const ScratchTable& scratch,
                        int first,
                        const std::function<void(std::uint64_t)>& heard = {},
                        const std::string& prefix = "item") {
  const pid_t child = ::fork();
  if (child != 0) {
    return child;
  }
  try {
    Registrar registrar(scratch.url(), scratch.table());
    for (int i = first + kItems - 1; i >= first; --i) {
      registrar.add(prefix + std::to_string(i), i, AssetTime(AssetTime::duration(i)));
    }
    registrar.finish([&](std::uint64_t done, std::uint64_t) {
      if (heard) {
        heard(done);
      }
    });
    ::_exit(0);
  } catch (const std::exception& error) {
    std::cerr << error.what() << std::endl;
    ::_exit(1);
  }
}

int status_of(pid_t child) {
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return status;
}

/// Weights rise with time: those of the items that start with `prefix` must rise with the key.
bool in_order(const ScratchTable& scratch, const std::string& prefix) {
  std::vector<int> weights;
  for (const std::string& text :
       scratch.column("SELECT weight FROM {table} WHERE item LIKE '" + prefix + "%' ORDER BY id")) {
    weights.push_back(std::stoi(text));
  }
  return std::is_sorted(weights.begin(), weights.end());
}

}  // namespace

TEST_CASE("two processes registering the same items write each once, in order", "[store]") {
  const ScratchTable scratch(GENERATE(from_range(store_kinds())));
  const pid_t one = start_registering(scratch, 0);
  const pid_t other = start_registering(scratch, 0);
  CHECK(status_of(one) == 0);
  CHECK(status_of(other) == 0);
  const Texts items = scratch.items();
  CHECK(items.size() == kItems);
  CHECK(std::set<std::string>(items.begin(), items.end()).size() == kItems);
  CHECK(in_order(scratch, "item"));
}

TEST_CASE("two processes registering overlapping items write each once", "[store]") {
  const ScratchTable scratch(GENERATE(from_range(store_kinds())));
  const bool older_first = GENERATE(true, false);
  const pid_t one = start_registering(scratch, older_first ? 0 : kItems / 2);
  const pid_t other = start_registering(scratch, older_first ? kItems / 2 : 0);
  CHECK(status_of(one) == 0);
  CHECK(status_of(other) == 0);
  const Texts items = scratch.items();
  CHECK(items.size() == kItems + kItems / 2);
  CHECK(std::set<std::string>(items.begin(), items.end()).size() == items.size());
  CHECK(scratch.column("SELECT max(id) FROM {table}") == Texts{std::to_string(items.size())});
}

TEST_CASE("two processes registering different items keep each its own order", "[store]") {
  const ScratchTable scratch(GENERATE(from_range(store_kinds())));
  const pid_t one = start_registering(scratch, 0, {}, "left");
  const pid_t other = start_registering(scratch, 0, {}, "right");
  CHECK(status_of(one) == 0);
  CHECK(status_of(other) == 0);
  CHECK(scratch.items().size() == 2 * kItems);
  CHECK(in_order(scratch, "left"));
  CHECK(in_order(scratch, "right"));
}

TEST_CASE("a killed register leaves the oldest items, and the next call writes the rest",
          "[store]") {
  const ScratchTable scratch(GENERATE(from_range(store_kinds())));
  const pid_t child = start_registering(scratch, 0, [](std::uint64_t done) {
    if (done >= kItems / 2) {
      ::raise(SIGKILL);
    }
  });
  CHECK(WTERMSIG(status_of(child)) == SIGKILL);
  const std::size_t left = scratch.items().size();
  CHECK(left >= kItems / 2);
  CHECK(left < kItems);
  CHECK(in_order(scratch, "item"));
  CHECK(scratch.column("SELECT max(weight) FROM {table}") == Texts{std::to_string(left - 1)});
  CHECK(status_of(start_registering(scratch, 0)) == 0);
  CHECK(scratch.items().size() == kItems);
  CHECK(in_order(scratch, "item"));
}

}  // namespace tranche::test
