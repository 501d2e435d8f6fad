#include "inventory/timed_scan.hpp"

#include "inventory/direction.hpp"
#include "inventory/impl.hpp"

#include "tranche/error.hpp"

#include <algorithm>

namespace tranche {

namespace {

constexpr Duration kScanFor = std::chrono::seconds(5);
constexpr std::int64_t kFirstStretch = 256;
constexpr std::int64_t kGrowth = 4;
constexpr std::int64_t kShrink = 16;
// Where so many rows take no time, all may be read at once again.
constexpr std::int64_t kLongestStretch = 1 << 20;
// The time that is left is for several stretches.
constexpr int kShare = 4;

template <typename Work>
bool in_time(const Work& work) {
  try {
    work();
    return true;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::timeout) {
      throw;
    }
    return false;
  }
}

}  // namespace

TimedScan::TimedScan(Source& source, std::int64_t& stretch)
    : source_(source), stretch_(stretch), until_(Clock::now() + kScanFor) {
  begin(kLockedTimeout);
}

void TimedScan::begin(Duration timeout) {
  reading_.reset();
  reading_ = source_.begin(timeout);
}

bool TimedScan::read(SourceRange& range, const Read& read) {
  const bool whole = stretch_ == 0;
  const bool done = read_on(range, read);
  if (!whole || stretch_ != 0) {
    // For the statements that follow.
    begin(kLockedTimeout);
  }
  if (!done && !moved_) {
    throw Error(ErrorCode::timeout,
                "the source did not read a single row" +
                    (passed(range) ? " after key " + passed(range)->text() : "") + " in " +
                    format_duration(kScanFor) +
                    "; look at the job's filter and at the index on its key column");
  }
  return done;
}

bool TimedScan::read_on(SourceRange& range, const Read& read) {
  while (stretch_ == 0 || !is_over()) {
    const bool done = stretch_ == 0 ? read_at_once(range, read) : read_stretch(range, read);
    moved_ = moved_ || done;
    if (done) {
      return true;
    }
  }
  return false;
}

bool TimedScan::read_at_once(SourceRange& range, const Read& read) {
  const auto begun_after = passed(range);
  const bool done = in_time([&] { read(range); });
  moved_ = moved_ || passed(range) != begun_after;
  stretch_ = done ? 0 : kFirstStretch;
  return done;
}

bool TimedScan::read_stretch(SourceRange& range, const Read& read) {
  const auto begun = Clock::now();
  const auto left = std::chrono::ceil<Duration>(until_ - begun);
  const Duration most = stretch_ == 1 ? left : std::max(left / kShare, Duration(1));
  begin(most);
  SourceRange part = range;
  bool full = false;
  const bool read_all = in_time([&] {
    if (const auto end = source_.key_after(range, stretch_)) {
      stop_at(part, *end);
    }
    full = read(part);
  });
  moved_ = moved_ || read_all || passed(part) != passed(range);
  if (!read_all) {
    stretch_ = std::max<std::int64_t>(stretch_ / kShrink, 1);
  } else if (Clock::now() - begun < most / kGrowth) {
    grow();
  }
  if (const auto& at = read_all && !full ? stop_of(part) : passed(part)) {
    pass(range, *at);
  }
  return full || (read_all && passed(range) == stop_of(range));
}

void TimedScan::grow() {
  stretch_ = stretch_ < kLongestStretch ? stretch_ * kGrowth : 0;
}

}  // namespace tranche
