#pragma once

#include "tranche/inventory.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace tranche::test {

/// What a window must look like, asset by asset, worked out from what was handed out alone.
/// It knows neither frontiers nor SQL: only which live batch holds each asset.
class Oracle {
 public:
  struct Asset {
    double weight = 0;
    bool matches = true;
  };
  /// The bounds of the window; no upper one: incremental.
  struct Bounds {
    std::int64_t lower = 0;
    std::optional<std::int64_t> upper;
    std::optional<double> above = std::nullopt;  ///< only assets whose weight is
    bool only_missing = false;
    bool newest_first = false;
  };

  Oracle(const std::map<std::int64_t, Asset>& assets, Bounds bounds)
      : assets_(assets), bounds_(bounds) {}

  /// What keeps a window from handing out what waits.
  struct Restraint {
    Window window;  ///< as the inventory has it
    Limits limits;  ///< the job's
    std::optional<std::int64_t> max_in_flight;
  };
  /// A range is about to be cut: whether it must wait for more assets at this time. Asks the
  /// inventory since when the oldest has waited, and nothing else.
  bool must_wait(const Restraint& restraint, TimePoint now) const;

  /// What a campaign over what is missing sees: keys that succeeded batches of any window hold, and
  /// how far it has come.
  void see(std::set<std::int64_t> covered, const std::optional<Key>& frontier);
  const Bounds& bounds() const { return bounds_; }
  /// Keys that are held by one of the batches.
  std::set<std::int64_t> held_by(const std::set<std::int64_t>& batch_ids) const;
  /// Nothing was handed out, but the frontier moved: nothing may have waited up to there.
  void on_passed(const std::optional<Key>& frontier) const;
  /// A range has just been cut. Errors (here and below): std::logic_error naming the broken
  /// invariant.
  void on_cut(const Batch& batch, const std::set<std::int64_t>& keys, const Limits& limits);
  /// A range that was planned ahead, and that nobody held, is there no more.
  void on_taken_back(const Batch& batch);
  using Parts = std::vector<std::pair<Batch, std::set<std::int64_t>>>;
  /// Halves of a batch, or what is left of it, and what was done before.
  void on_split(std::int64_t parent, const Parts& parts);
  /// `batches`: as they were before the reset.
  void on_reset(std::int64_t key, const std::vector<Batch>& batches);
  /// After every step: nothing held twice, nothing skipped, totals as told.
  void check(const std::vector<Batch>& batches,
             const Backlog& backlog,
             TimePoint now,
             bool closed,
             const Restraint& restraint) const;
  /// At the end: every asset in one live batch that has ended for good.
  void check_drained(const std::vector<Batch>& batches) const;

 private:
  bool in_window(std::int64_t key) const {
    return key >= bounds_.lower && (!bounds_.upper || key <= *bounds_.upper);
  }
  bool takes(std::int64_t key, const Asset& asset) const;
  bool is_behind(std::int64_t key, const std::optional<Key>& frontier) const;
  /// Matching assets of the window that no live batch holds.
  std::vector<std::int64_t> waiting() const;

  const std::map<std::int64_t, Asset>& assets_;
  Bounds bounds_;
  std::map<std::int64_t, std::int64_t> holder_;  ///< key -> live batch
  std::set<std::int64_t> covered_;
  std::optional<Key> frontier_;
  std::set<std::int64_t> left_;  ///< planned before a reset to a later key, and cut again since
};

/// Throws std::logic_error with `what` unless `good`.
void hold(bool good, const std::string& what);

}  // namespace tranche::test
