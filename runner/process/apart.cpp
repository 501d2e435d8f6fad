#include "process/apart.hpp"

#include "process/clocks.hpp"

#include <cerrno>
#include <poll.h>
#include <vector>

namespace tranche::runner {
namespace {

std::atomic<bool> left_thread{false};
// What poll(2) takes as one wait.
constexpr Duration kLongestPoll = std::chrono::hours(24);

}  // namespace

bool wait_for_any(std::initializer_list<int> descriptors, std::optional<Duration> most) {
  std::vector<pollfd> entries;
  for (const int descriptor : descriptors) {
    entries.push_back({descriptor, POLLIN, 0});
  }
  const auto until = most ? monotonic_now() + std::min(*most, kLongestPoll) : kNever;
  while (true) {
    const auto left = most ? std::chrono::ceil<Duration>(until - monotonic_now()) : Duration(-1);
    const int timeout = most ? static_cast<int>(std::max(left, Duration::zero()).count()) : -1;
    const int ready = ::poll(entries.data(), entries.size(), timeout);
    if (ready >= 0 || errno != EINTR) {
      return ready > 0;
    }
  }
}

void note_left_thread() {
  left_thread = true;
}

bool threads_are_left() {
  return left_thread;
}

}  // namespace tranche::runner
