#pragma once

#include "tranche/types.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace tranche {

/// An attempt that goes, with what its batch says of it. Its batch stays.
struct PrunedAttempt {
  std::int64_t id = 0;  ///< the inventory's own; rises
  std::int64_t batch_id = 0;
  std::string job;
  std::string window;
  std::optional<Key> first_key;
  std::optional<Key> last_key;
  Attempt attempt;
};

/// Keeps what goes. A row may come twice where a commit failed, and may be in the inventory still.
class PruneArchive {
 public:
  virtual ~PruneArchive() = default;
  virtual void add(const PrunedAttempt& attempt) = 0;
  virtual void add(const Run& run) = 0;
  /// What was added is safe once this returns; the inventory forgets it then. Where it throws,
  /// nothing goes.
  virtual void flush() = 0;
};

/// How much went, or would go.
struct Pruned {
  TimePoint before;           ///< by the inventory's clock
  std::int64_t attempts = 0;  ///< of batches that ended before
  std::int64_t runs = 0;      ///< that ended before and that no batch or attempt names
};

struct PruneOptions {
  Duration older_than{};
  std::optional<std::string> job;   ///< unset: every job
  bool dry_run = false;             ///< counts only, without runs that attempts to go still name
  PruneArchive* archive = nullptr;  ///< not with dry_run
  std::function<void(const Pruned&)> progress;  ///< after each step, with what went so far
};

/// What one step of a prune looks for.
struct PruneFilter {
  std::optional<std::int64_t> job_id;
  TimePoint before;
};

/// A place among the runs, by their start.
struct RunMark {
  TimePoint started_at;
  std::string id;
};

}  // namespace tranche
