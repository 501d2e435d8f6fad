#include "loop/reported_items.hpp"

#include "loop/batch_files.hpp"
#include "run_identity.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <sys/resource.h>

using namespace tranche;
using namespace tranche::runner;

namespace {

struct Told {
  ItemsDone totals;
  std::vector<std::int64_t> done;
};

/// What is done of assets 1, 2, … with these items.
Told settle(const std::vector<std::string>& items, const std::string& report, bool ended_well) {
  const RunFolder folder(RunFolder::path_for(random_uuid()));
  const auto path = folder.path() / "report";
  std::ofstream(path, std::ios::binary) << report;
  ReportedItems reported(path, ended_well);
  std::int64_t key = 0;
  for (const std::string& item : items) {
    ++key;
    reported.add({Key::integer(key), item, static_cast<double>(key)});
  }
  Told told;
  std::vector<std::string> parts;
  told.totals = reported.finish(parts);
  for (const std::string& part : parts) {
    for_each_number(part, [&](std::int64_t number) { told.done.push_back(number); });
  }
  return told;
}

using Keys = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("a report that ended well is done with all but what failed", "[unit]") {
  const Told told = settle({"a", "b", "c", "d"}, "failed b\ndone a\n", true);
  CHECK(told.done == Keys{1, 3, 4});
  CHECK(told.totals.done == 3);
  CHECK(told.totals.done_weight == 8);
  CHECK(told.totals.left == 1);
}

TEST_CASE("a report that ended badly is done with what it says is done", "[unit]") {
  CHECK(settle({"a", "b", "c"}, "failed b\ndone a\n", false).done == Keys{1});
  CHECK(settle({"a", "b", "c"}, "failed b\n", false).done.empty());
}

TEST_CASE("the last word on an item counts", "[unit]") {
  CHECK(settle({"a", "b"}, "failed a\ndone b\nfailed b\ndone a\n", false).done == Keys{1});
}

TEST_CASE("a failed item with a reason is the longest beginning that is an item", "[unit]") {
  const std::vector<std::string> items{"a", "a b", "a b c", "d"};
  CHECK(settle(items, "failed a b no such file\n", true).done == Keys{1, 3, 4});
  CHECK(settle(items, "failed a b c\n", true).done == Keys{1, 2, 4});
  CHECK(settle(items, R"({"failed": "a", "reason": "b c"})", true).done == Keys{2, 3, 4});
}

TEST_CASE("where a failed item is none of the batch, only named ones are done", "[unit]") {
  CHECK(settle({"a", "b", "c"}, "done a\nfailed x\n", true).done == Keys{1});
}

TEST_CASE("assets with the same item share their report", "[unit]") {
  CHECK(settle({"a", "b", "a"}, "done a\n", false).done == Keys{1, 3});
}

TEST_CASE("a report of a million items takes no memory to speak of", "[unit]") {
  constexpr int kItems = 1'000'000;
  const RunFolder folder(RunFolder::path_for(random_uuid()));
  const auto path = folder.path() / "report";
  const auto item = [](int number) { return "s3://bucket/file-" + std::to_string(number); };
  {
    std::ofstream file(path, std::ios::binary);
    // Not in key order: as a command with threads would.
    for (int i = 0; i < kItems; ++i) {
      const int number = static_cast<int>((i * 7919LL) % kItems);
      file << (number % 1000 == 0 ? "failed " : "done ") << item(number) << '\n';
    }
  }
  rusage before{};
  ::getrusage(RUSAGE_SELF, &before);
  ReportedItems reported(path, true);
  for (int i = 0; i < kItems; ++i) {
    reported.add({Key::integer(i), item(i), 1});
  }
  std::vector<std::string> parts;
  const ItemsDone totals = reported.finish(parts);
  rusage after{};
  ::getrusage(RUSAGE_SELF, &after);
  CHECK(totals.done == kItems - kItems / 1000);
  CHECK(totals.left == kItems / 1000);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  // A sanitizer keeps what was freed, and shadows of all.
  CHECK(after.ru_maxrss - before.ru_maxrss < 48 * 1024);
#endif
}
