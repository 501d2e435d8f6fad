#include "process/stop_source.hpp"

namespace tranche::runner {

void StopSource::request(int signal) {
  {
    const std::lock_guard lock(mutex_);
    signals_.push_back(signal);
    int none = 0;
    first_.compare_exchange_strong(none, signal);
  }
  raise_event(requested_.get());
}

std::vector<int> StopSource::signals_after(std::size_t seen) const {
  if (!requested()) {
    return {};
  }
  const std::lock_guard lock(mutex_);
  return {signals_.begin() + static_cast<std::ptrdiff_t>(seen), signals_.end()};
}

}  // namespace tranche::runner
