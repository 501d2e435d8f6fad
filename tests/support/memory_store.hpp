#pragma once

#include "tranche/store.hpp"

#include <map>

namespace tranche::test {

/// What an inventory holds, in plain containers.
struct MemoryState {
  struct StoredVersion {
    std::int64_t job_id = 0;
    int number = 0;
    JobDefinition definition;
  };
  struct BatchRow {
    StoredBatch stored;  ///< without the names that come from other rows
    std::string last_part;
    TimePoint created_at;
  };
  struct AttemptRow {
    std::int64_t batch_id = 0;
    Attempt attempt;
    std::int64_t id = 0;
  };
  struct RunRow {
    std::int64_t job_id = 0;
    Run run;
    std::vector<Identity> former;  ///< what it was called as well
  };
  std::map<std::int64_t, std::string> horizons;  ///< by job
  std::map<std::int64_t, Job> jobs;
  std::map<std::int64_t, StoredVersion> versions;
  std::map<std::int64_t, Window> windows;
  std::map<std::int64_t, std::pair<int, TimePoint>> planned;  ///< by window: how many, when
  std::map<std::int64_t, BatchRow> batches;
  std::map<std::pair<std::int64_t, std::int64_t>, std::string> parts;
  std::vector<AttemptRow> attempts;
  std::map<std::string, RunRow> runs;
  std::int64_t last_job = 0;
  std::int64_t last_version = 0;
  std::int64_t last_window = 0;
  std::int64_t last_batch = 0;
  std::int64_t last_attempt = 0;
};

/// The model that the SQL must equal: every question is a walk over everything. A transaction works
/// on a copy.
class MemoryStore final : public Store {
 public:
  MemoryStore();
  std::unique_ptr<StoreTransaction> begin(bool write) override;
  void set_clock(std::function<TimePoint()> clock) override { clock_ = std::move(clock); }

 private:
  friend class MemoryTransaction;
  MemoryState state_;
  std::function<TimePoint()> clock_;
};

}  // namespace tranche::test
