#pragma once

#include "tranche/inventory.hpp"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tranche::cli {

/// A batch as a chart shows it.
struct ReportedBatch {
  std::int64_t id = 0;
  std::string status;  ///< or the word that says more: exhausted, skipped
  std::string keys;    ///< "1 to 100"
  std::int64_t count = 0;
  double weight = 0;
  TimePoint begin;
  TimePoint end;  ///< now where it goes on

  double seconds() const { return std::chrono::duration<double>(end - begin).count(); }
};

/// An attempt that did not succeed.
struct ReportedFailure {
  std::int64_t batch_id = 0;
  int attempt = 0;
  std::string keys;
  std::string outcome;
  std::string message;
  std::optional<TimePoint> at;
};

/// What happened in a share of the time.
struct ReportedShare {
  std::int64_t count = 0;  ///< assets in batches that ended with success there
  double weight = 0;
  std::map<std::string, double> busy;  ///< seconds that batches took of it, by status
};

/// The ledger of a job or of one of its windows, as far as one page can show it. Batches that a
/// split or a reset put others in the place of are left out.
struct ReportData {
  static constexpr std::size_t kMostBars = 400;
  static constexpr std::size_t kMostDots = 2000;
  static constexpr std::size_t kMostFailures = 200;
  static constexpr std::int64_t kMostSlow = 10;

  std::string job;
  std::string window;  ///< empty: all of them
  std::string table;
  TimePoint now;
  std::optional<TimePoint> since;

  std::vector<Backlog> backlogs;                 ///< of each window
  std::map<std::string, std::int64_t> batches;   ///< by status
  std::map<std::string, std::int64_t> attempts;  ///< that ended, by outcome; those pruned left out
  std::int64_t count = 0;                        ///< assets in succeeded batches
  double weight = 0;
  std::optional<TimePoint> begin;
  std::optional<TimePoint> end;
  double seconds = 0;  ///< of all last attempts that ended, added up
  double median_seconds = 0;

  std::vector<ReportedBatch> bars;  ///< the newest, oldest first
  std::vector<ReportedBatch> dots;  ///< of those that ended, one in `dot_step`, and the slowest
  std::size_t dot_step = 1;
  std::vector<ReportedBatch> slowest;
  std::array<ReportedShare, 60> shares;   ///< of the time from begin to end
  std::vector<ReportedFailure> failures;  ///< the newest first
  bool more_failures = false;             ///< than are here

  std::int64_t total() const;    ///< batches
  double share_seconds() const;  ///< how long each share of the time is; once there is a begin
};

/// Reads the ledger twice; memory grows by some bytes a batch.
ReportData gather_report(Inventory& inventory,
                         const std::string& job,
                         const std::optional<std::string>& window,
                         const std::optional<TimePoint>& since);

}  // namespace tranche::cli
