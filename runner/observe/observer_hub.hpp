#pragma once

#include "tranche/observer.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace tranche::runner {

struct NamedObserver {
  std::string name;
  std::unique_ptr<Observer> observer;
};

/// Tells observers what happens in a run without ever waiting for one: each has a thread of its
/// own, begun with the first event, and a bounded queue. A progress replaces an unheard one of the
/// same batch; what does not fit is dropped, but for the run's start and end, and counted.
/// Threads: tell() from any.
class ObserverHub {
 public:
  static constexpr std::size_t kQueue = 1024;

  explicit ObserverHub(std::vector<NamedObserver> observers, std::size_t queue = kQueue);
  /// Leaves observers that are still busy to themselves.
  ~ObserverHub();
  ObserverHub(const ObserverHub&) = delete;
  ObserverHub& operator=(const ObserverHub&) = delete;

  bool empty() const { return lanes_.empty(); }
  void tell(RunEvent event);
  /// Tells the last event, waits up to `patience` for all together, and warns of what was lost.
  void finish(RunEvent last, Duration patience);

 private:
  class Lane;
  std::vector<std::shared_ptr<Lane>> lanes_;
};

}  // namespace tranche::runner
