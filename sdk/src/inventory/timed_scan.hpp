#pragma once

#include "tranche/source.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace tranche {

/// Reads a source while others wait for the window's lock: for a limited time, knowing how far it
/// got even where hardly an asset matches the filter.
///
/// A statement that ran past its time does not tell how far it came. What it should have read is
/// then read in stretches of so many rows, matching or not: short ones that grow while they are
/// fast. Each ends at a key of the source within the range, so never behind the horizon.
class TimedScan {
 public:
  /// `stretch` is kept from call to call: rows at a time; 0: all at once.
  TimedScan(Source& source, std::int64_t& stretch);

  /// Reads a range, its lower end moving behind what was taken; true: the limits are reached.
  using Read = std::function<bool(SourceRange&)>;
  /// False: the time is over, and all up to `range.after` is read. A range whose statements are
  /// fast enough is read to its end, however many there are.
  /// Errors: timeout, where not a single row could be read.
  bool read(SourceRange& range, const Read& read);
  bool is_slow() const { return stretch_ != 0; }

 private:
  using Clock = std::chrono::steady_clock;
  bool read_on(SourceRange& range, const Read& read);
  bool read_at_once(SourceRange& range, const Read& read);
  bool read_stretch(SourceRange& range, const Read& read);
  void begin(Duration timeout);
  void grow();
  bool is_over() const { return Clock::now() >= until_; }

  Source& source_;
  std::int64_t& stretch_;
  const Clock::time_point until_;
  bool moved_ = false;
  std::unique_ptr<Source::Reading> reading_;
};

}  // namespace tranche
