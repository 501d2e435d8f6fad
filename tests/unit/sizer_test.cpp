#include "sizing/sizer.hpp"

#include "support/sizing_simulation.hpp"

#include <catch2/catch.hpp>

namespace tranche::test {

using std::chrono::minutes;

namespace {

constexpr double kGiB = 1073741824.0;

/// Batches of so many assets, each of 1 GiB, that take 2 s an asset and 3 s/GiB.
Sizer taught(std::initializer_list<std::int64_t> counts) {
  Sizer sizer;
  for (const std::int64_t count : counts) {
    const auto assets = static_cast<double>(count);
    sizer.succeeded(count, assets * kGiB, assets * 5);
  }
  return sizer;
}

/// Assets of 1 GiB that fit into one batch.
int fitting(const SizePlan& plan) {
  int count = 1;
  while (plan.takes(count, count * kGiB, kGiB)) {
    ++count;
  }
  return count;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("nine batches in ten take the target's time, within a fifth", "[unit]") {
  for (const int runners : {1, 4}) {
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
      SizingWorld world;
      world.seed = seed;
      world.runners = runners;
      world.batches = 250;
      const SizingResult sized = simulate_sizer(world);
      INFO("seed " << seed << ", runners " << runners << ", hits " << sized.hits);
      CHECK(sized.judged == 250);
      CHECK(sized.hits >= 0.9);
    }
  }
  SizingWorld world;
  world.batches = 100;
  CHECK(simulate_best_fixed(world).hits < 0.75);
}

TEST_CASE("batches that run out of memory are rare, and shrink at once", "[unit]") {
  SizingWorld world;
  world.oom_gib = 60;
  const SizingResult sized = simulate_sizer(world);
  CHECK(sized.failures > 0);
  CHECK(sized.failures < sized.judged / 10);
}

TEST_CASE("the first range has one asset, and none more than four times those before", "[unit]") {
  SizePlan plan = Sizer().plan(minutes(10));
  CHECK(fitting(plan) == 1);
  CHECK(has(plan.reason, "target 10m: nothing is known yet"));
  plan = taught({1}).plan(minutes(10));
  CHECK(fitting(plan) == 4);
  CHECK(has(plan.bound, "four times the largest before"));
  CHECK(fitting(taught({1, 4, 16, 64}).plan(minutes(10))) == 120);
}

TEST_CASE("the reason names what was learned, in numbers that can be read", "[unit]") {
  Sizer sizer;
  for (int i = 0; i < 60; ++i) {
    const double gib = 10 + (i * 7) % 23;
    const std::int64_t count = 40 + (i * 11) % 60;
    sizer.succeeded(count, gib * kGiB, 30 + static_cast<double>(count) * 0.8 + gib * 2.1);
  }
  const SizePlan plan = sizer.plan(minutes(10));
  INFO(plan.reason);
  CHECK(plan.per_asset == Approx(0.8).epsilon(0.1));
  CHECK(plan.per_weight * kGiB == Approx(2.1).epsilon(0.1));
  CHECK(plan.fixed == Approx(30).epsilon(0.2));
  CHECK(has(plan.reason, "s/GiB"));
  CHECK(has(plan.reason, "s an asset"));
  CHECK(has(plan.reason, "s a batch"));
}

TEST_CASE("a batch that was too large halves the next one, which grows again slowly", "[unit]") {
  Sizer sizer = taught({1, 4, 16, 64});
  sizer.too_large(100, 100 * kGiB, std::nullopt);
  const SizePlan plan = sizer.plan(minutes(10));
  CHECK(fitting(plan) == 50);
  CHECK(has(plan.bound, "after exit status 137"));
  // The same batch again says nothing new.
  sizer.too_large(100, 100 * kGiB, std::nullopt);
  CHECK(fitting(sizer.plan(minutes(10))) == 50);
  sizer.succeeded(50, 50 * kGiB, 250);
  CHECK(fitting(sizer.plan(minutes(10))) == 52);
  // What is far smaller proves nothing.
  sizer.succeeded(5, 5 * kGiB, 25);
  CHECK(fitting(sizer.plan(minutes(10))) == 52);
  sizer.too_large(50, 50 * kGiB, 700);
  CHECK(fitting(sizer.plan(minutes(10))) == 25);
  CHECK(has(sizer.plan(minutes(10)).bound, "after a time-out"));
}

TEST_CASE("one batch that takes ten times as long moves the estimate little", "[unit]") {
  Sizer sizer;
  for (int i = 0; i < 40; ++i) {
    sizer.succeeded(100 + i, (100 + i) * kGiB, (100 + i) * 5);
  }
  const int before = fitting(sizer.plan(minutes(10)));
  sizer.succeeded(120, 120 * kGiB, 6000);
  CHECK(fitting(sizer.plan(minutes(10))) > before * 17 / 20);
}

TEST_CASE("what was learned survives being stored, and damage is as good as nothing", "[unit]") {
  Sizer sizer = taught({1, 4, 16});
  sizer.too_large(30, 30 * kGiB, 100);
  const Sizer read = Sizer::parse(sizer.text());
  CHECK(read.text() == sizer.text());
  CHECK(read.plan(minutes(1)).reason == sizer.plan(minutes(1)).reason);
  for (const char* text : {"", "{}", "[1]", "nonsense", R"({"seen":1,"cost":"x"})"}) {
    CHECK(Sizer::parse(text).text() == Sizer().text());
  }
}

TEST_CASE("a job without weights learns by count alone", "[unit]") {
  Sizer sizer;
  for (const std::int64_t count : {1, 4, 16, 64, 100, 100}) {
    sizer.succeeded(count, 0, static_cast<double>(count) * 2);
  }
  const SizePlan plan = sizer.plan(minutes(5));
  CHECK(plan.per_weight == 0);
  CHECK(!has(plan.reason, "/GiB"));
  CHECK(plan.takes(140, 0, 0));
  CHECK(!plan.takes(160, 0, 0));
}

}  // namespace tranche::test
