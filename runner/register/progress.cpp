#include "register/progress.hpp"

#include <cstdio>

namespace tranche::runner {

namespace {
constexpr auto kEvery = std::chrono::milliseconds(200);
constexpr std::uint64_t kLookAtClockEvery = 256;
}  // namespace

void ProgressLine::found(std::uint64_t count) {
  if (shown_ && count % kLookAtClockEvery == 0 && due()) {
    show(std::to_string(count) + " found");
  }
}

void ProgressLine::written(std::uint64_t done, std::uint64_t total) {
  if (shown_ && due()) {
    show(std::to_string(done) + " of " + std::to_string(total) + " registered");
  }
}

void ProgressLine::tell(const std::string& line) {
  if (shown_ && due()) {
    show(line);
  }
}

void ProgressLine::clear() {
  if (on_screen_) {
    std::fputs("\r\033[K", stderr);
    on_screen_ = false;
  }
}

bool ProgressLine::due() {
  const auto now = Clock::now();
  if (now < next_) {
    return false;
  }
  next_ = now + kEvery;
  return true;
}

void ProgressLine::show(const std::string& line) {
  std::fprintf(stderr, "\r\033[K%s", line.c_str());
  std::fflush(stderr);
  on_screen_ = true;
}

}  // namespace tranche::runner
