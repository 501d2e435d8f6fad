#include "process/boot_timer.hpp"

#include "process/clocks.hpp"

#include "tranche/error.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/timerfd.h>
#include <system_error>

namespace tranche::runner {

BootTimer::BootTimer()
    : fd_(timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK)), moment_(kNever) {
  if (!fd_) {
    throw Error(ErrorCode::internal,
                "cannot make a timer: " + std::generic_category().message(errno));
  }
}

void BootTimer::set(std::chrono::nanoseconds moment) {
  if (moment == moment_) {
    return;
  }
  moment_ = moment;
  itimerspec spec{};
  if (moment != kNever) {
    // Zero would disarm; a moment that has passed fires at once.
    const auto at = std::max(moment, std::chrono::nanoseconds(1));
    spec.it_value.tv_sec = static_cast<time_t>(at.count() / 1'000'000'000);
    spec.it_value.tv_nsec = static_cast<long>(at.count() % 1'000'000'000);
  }
  timerfd_settime(fd_.get(), TFD_TIMER_ABSTIME, &spec, nullptr);
}

}  // namespace tranche::runner
