#include "progress/progress_display.hpp"

#include "live_line.hpp"
#include "log.hpp"
#include "process/clocks.hpp"
#include "progress/progress_text.hpp"
#include "terminal.hpp"

#include <unistd.h>

namespace tranche::runner {
namespace {

// What is over by then shows nothing and asks nothing.
constexpr Duration kFirstDrawing = std::chrono::milliseconds(500);
constexpr Duration kRedraw = std::chrono::milliseconds(100);
constexpr Duration kLookOnTerminal = std::chrono::seconds(10);
constexpr Duration kLookInLog = std::chrono::minutes(2);
// For a line in the log that would else be without a total.
constexpr Duration kLookPatience = std::chrono::seconds(2);

std::vector<log::Field> fields_of(const Figures& figures) {
  std::vector<log::Field> fields{{"done_count", figures.done.count},
                                 {"done_weight", figures.done.weight}};
  if (figures.total) {
    fields.emplace_back("total_count", figures.total->count);
    fields.emplace_back("total_weight", figures.total->weight);
    fields.emplace_back("progress", *figures.share());
  }
  if (figures.rate) {
    fields.emplace_back("count_per_second", figures.rate->count);
    fields.emplace_back("weight_per_second", figures.rate->weight);
  }
  if (const auto left = figures.left()) {
    fields.emplace_back("seconds_left", static_cast<double>(left->count()) / 1000);
  }
  fields.emplace_back("running", figures.running);
  fields.emplace_back("failed", figures.failed);
  if (figures.slowest) {
    fields.emplace_back("slowest_batch_id", figures.slowest->batch_id);
    fields.emplace_back("slowest_seconds",
                        static_cast<double>(figures.slowest->running.count()) / 1000);
  }
  return fields;
}

}  // namespace

ProgressDisplay::ProgressDisplay(const RunOptions& options,
                                 const RunState& state,
                                 const InventoryOpener& open)
    : state_(state),
      kind_(options.progress),
      interval_(options.progress_interval),
      watch_(open,
             options.job,
             options.window,
             kind_ == ProgressKind::bar ? kLookOnTerminal : kLookInLog),
      figures_(options.window != kIncremental, monotonic_now()) {
  const bool shows =
      kind_ == ProgressKind::log || (kind_ == ProgressKind::bar && live_line::begin(STDERR_FILENO));
  if (shows) {
    thread_ = std::thread([this] { live(); });
  }
}

ProgressDisplay::~ProgressDisplay() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) {
    thread_.join();
  }
  live_line::end();
}

void ProgressDisplay::live() {
  if (kind_ == ProgressKind::log) {
    while (sleep(interval_)) {
      tell();
    }
    return;
  }
  for (Duration pause = kFirstDrawing; sleep(pause); pause = kRedraw) {
    draw();
  }
}

bool ProgressDisplay::sleep(Duration duration) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, duration, [this] { return closing_; });
}

void ProgressDisplay::look() {
  if (const auto found = watch_.look()) {
    figures_.take(*found, state_.snapshot().done);
  }
}

Figures ProgressDisplay::figures() {
  return figures_.figures(state_.snapshot(), monotonic_now());
}

void ProgressDisplay::draw() {
  look();
  live_line::show(progress_line(figures(), terminal::width(STDERR_FILENO)));
}

void ProgressDisplay::tell() {
  look();
  if (watch_.fd() >= 0) {
    wait_for_any({watch_.fd()}, std::min(interval_, kLookPatience));
    look();
  }
  const Figures now = figures();
  log::tell("progress: " + progress_sentence(now), fields_of(now));
}

}  // namespace tranche::runner
