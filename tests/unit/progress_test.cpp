#include "progress/progress_text.hpp"
#include "progress/rate_meter.hpp"
#include "progress/run_figures.hpp"

#include <catch2/catch.hpp>

using namespace tranche;
using namespace tranche::runner;
using namespace std::chrono_literals;

namespace {

Figures half_way() {
  Figures figures;
  figures.done = {139, 11.8e6};
  figures.total = Amount{365, 31.1e6};
  figures.running = 4;
  figures.failed = 2;
  figures.rate = Rate{12, 1.9e6};
  figures.slowest = Figures::Slowest{17, 192s};
  return figures;
}

RunState::Snapshot own(std::int64_t count) {
  return {{count, 10.0 * static_cast<double>(count)}, 1, 0, {}};
}

WindowLook look(std::int64_t done, std::int64_t waiting, std::int64_t given_up = 0) {
  const auto amount = [](std::int64_t count) {
    return Amount{count, 10.0 * static_cast<double>(count)};
  };
  return {amount(done), amount(waiting), amount(given_up)};
}

}  // namespace

TEST_CASE("a progress line says what matters most within the terminal's width", "[unit]") {
  const Figures figures = half_way();
  CHECK(progress_line(figures, 120) ==
        "[===========>                  ] 37%  139/365  11.8M/31.1M  1.9M/s  ETA 10s  4 running  "
        "2 failed  batch 17 3m12s");
  CHECK(progress_line(figures, 80) ==
        "37%  139/365  11.8M/31.1M  1.9M/s  ETA 10s  4 running  2 failed  batch 17 3m12s");
  CHECK(progress_line(figures, 79) ==
        "37%  139/365  1.9M/s  ETA 10s  4 running  2 failed  batch 17 3m12s");
  CHECK(progress_line(figures, 40) == "37%  139/365  ETA 10s  2 failed");
  CHECK(progress_line(figures, 10) == "37%");
  for (std::size_t width = 5; width < 130; ++width) {
    CHECK(progress_line(figures, width).size() < width);
  }
}

TEST_CASE("a progress line without a total says what is done", "[unit]") {
  Figures figures;
  figures.done = {12, 0};
  figures.running = 3;
  CHECK(progress_line(figures, 80) == "12 done  3 running");
  CHECK(progress_sentence(figures) == "12 assets done, 3 running, 0 failed");
}

TEST_CASE("a progress sentence has every figure", "[unit]") {
  CHECK(progress_sentence(half_way()) ==
        "37%, 139 of 365 assets, weight 11.8M of 31.1M, 12 assets/s, weight 1.9M/s, 10s left, "
        "4 running, 2 failed, slowest batch 17 for 3m12s");
}

TEST_CASE("a share is one at the end alone", "[unit]") {
  Figures figures;
  figures.total = Amount{1000, 50};
  figures.done = {999, 50};
  CHECK(percent(*figures.share()) == "99%");
  figures.done = {1000, 50};
  CHECK(percent(*figures.share()) == "100%");
  figures.total = Amount{0, 0};
  figures.done = {};
  CHECK(figures.share() == 1);
}

TEST_CASE("what is given up takes no time", "[unit]") {
  Figures figures;
  figures.total = Amount{100, 0};
  figures.done = {50, 0};
  figures.rate = Rate{5, 0};
  CHECK(!figures.left());
  figures.running = 1;
  CHECK(figures.left() == 10s);
  figures.given_up = {40, 0};
  CHECK(figures.left() == 2s);
  figures.given_up = {50, 0};
  CHECK(figures.left() == 0s);
}

TEST_CASE("a rate is that of the last minutes, or of the last ten batches", "[unit]") {
  RateMeter fast(0s);
  CHECK(!fast.rate(1s));
  for (int second = 1; second <= 1000; ++second) {
    fast.note(std::chrono::seconds(second), {second < 500 ? 10 * second : 5000 + second, 0});
  }
  CHECK(fast.rate(1000s)->count == Approx(1).margin(0.02));
  RateMeter slow(0s);
  for (int hour = 1; hour <= 20; ++hour) {
    slow.note(std::chrono::hours(hour), {hour * 3600, 0});
  }
  CHECK(slow.rate(20h)->count == Approx(1).margin(0.01));
  CHECK(slow.rate(30h)->count < 0.6);
}

TEST_CASE("a campaign shows all of it, and its rate only what is done meanwhile", "[unit]") {
  RunFigures figures(true, 0s);
  CHECK(!figures.figures(own(0), 1s).total);
  figures.take(look(500, 500), own(0).done);
  const Figures now = figures.figures(own(20), 10s);
  CHECK(now.done.count == 520);
  CHECK(now.total->count == 1000);
  CHECK(now.rate->count == Approx(2));
  // Others have done 80 more.
  figures.take(look(600, 400), own(20).done);
  const Figures later = figures.figures(own(20), 20s);
  CHECK(later.done.count == 600);
  CHECK(later.rate->count == Approx(5));
}

TEST_CASE("the incremental window shows what is done since the run began", "[unit]") {
  RunFigures figures(false, 0s);
  figures.take(look(500, 90), own(10).done);
  const Figures now = figures.figures(own(30), 10s);
  CHECK(now.done.count == 30);
  CHECK(now.total->count == 100);
  CHECK(now.done.weight == 300);
  // More than was there at the look.
  CHECK(figures.figures(own(120), 20s).total->count == 120);
}

TEST_CASE("RunState knows what is in flight, the slowest first", "[unit]") {
  const RunOptions options;
  RunState state(options);
  CHECK(state.snapshot().running == 0);
  {
    const RunState::InFlight first(state, 7);
    const RunState::InFlight second(state, 3);
    CHECK(state.snapshot().running == 2);
    CHECK(state.snapshot().slowest->batch_id == 7);
  }
  CHECK(!state.snapshot().slowest);
}
