#pragma once

#include "inventory/impl.hpp"

#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace tranche::audit {

/// What a window has handed out, as an audit goes through it: its live ranges in key order, read in
/// pages. Ranges that are cut meanwhile lie behind its end.
class Ledger {
 public:
  Ledger(Inventory::Impl& impl, const std::string& job, const std::string& window);

  const Job& job() const { return job_; }
  const Window& window() const { return window_; }
  /// Of the ranges that were there at the beginning.
  std::int64_t newest_range() const { return newest_range_; }
  const std::vector<StoredBatch>& stragglers() const { return stragglers_; }
  /// Empty: nothing was ever handed out or scanned past.
  const std::optional<Key>& end() const { return end_; }
  /// Where the window began, inclusive; empty: at the first asset.
  const std::optional<Key>& start() const { return start_; }
  /// Whether the window may still hand out this key.
  bool beyond(const Key& key) const {
    return !end_ || (end_included_ ? *end_ < key : *end_ <= key);
  }
  /// The next range; empty: no more. Errors: refused where the window was reset meanwhile.
  std::optional<LedgerBatch> next();
  /// The definition under which the stretch between two ranges was scanned: an asset there was
  /// handed out unless one of the filters of that time refused it. Empty: the job's first version,
  /// and its current one.
  JobDefinition between(const StoredBatch* before, const StoredBatch* behind) const;
  const Job& version(std::int64_t version_id) const;
  std::string read_part(const LedgerBatch& batch, std::int64_t part);

 private:
  void find_bounds();
  void read_page();

  Inventory::Impl& impl_;
  Job job_;
  Window window_;
  std::vector<Job> versions_;
  std::vector<StoredBatch> stragglers_;
  std::int64_t newest_range_ = 0;
  std::optional<Key> start_;
  std::optional<Key> end_;
  bool end_included_ = true;

  int generation_ = 0;          ///< that pages are read of
  std::optional<Key> page_at_;  ///< the last cut range of the page before
  std::deque<LedgerBatch> page_;
};

/// Errors: refused.
[[noreturn]] void refuse_moved(const Job& job);

}  // namespace tranche::audit
