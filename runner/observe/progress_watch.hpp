#pragma once

#include "observe/observer_hub.hpp"

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

namespace tranche::runner {

struct Progress {
  std::int64_t done = 0;
  std::int64_t total = 0;
  bool operator==(const Progress&) const = default;
};

/// The last whole line "N/M" with 0 <= N <= M and M > 0; empty where there is none.
std::optional<Progress> read_progress(const std::filesystem::path& file);

/// Looks at the progress files of commands every second and tells the observers what changed.
/// Without observers it does nothing and has no thread. Threads: any.
class ProgressWatch {
 public:
  explicit ProgressWatch(ObserverHub& observers, Duration interval = std::chrono::seconds(1))
      : observers_(observers), interval_(interval) {}
  ~ProgressWatch();
  ProgressWatch(const ProgressWatch&) = delete;
  ProgressWatch& operator=(const ProgressWatch&) = delete;

  void begin(std::int64_t batch_id, const std::filesystem::path& file);
  /// Looks once more.
  void end(std::int64_t batch_id);

 private:
  struct Watched {
    std::filesystem::path file;
    std::optional<Progress> told;
  };
  void live();
  void look(std::int64_t batch_id, Watched& watched);

  ObserverHub& observers_;
  const Duration interval_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::int64_t, Watched> watched_;
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace tranche::runner
