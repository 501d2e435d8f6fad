#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace tranche::runner {

/// One line on standard error that is written over again and again: on a terminal only, and gone at
/// the end.
class ProgressLine {
 public:
  explicit ProgressLine(bool shown) : shown_(shown) {}
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void found(std::uint64_t count);
  void written(std::uint64_t done, std::uint64_t total);
  /// Any other line.
  void tell(const std::string& line);
  /// Before anything else is told.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  bool due();
  void show(const std::string& line);
  bool shown_;
  bool on_screen_ = false;
  Clock::time_point next_ = Clock::now() + std::chrono::seconds(1);
};

}  // namespace tranche::runner
