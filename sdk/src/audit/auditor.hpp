#pragma once

#include "audit/asset_stream.hpp"
#include "audit/key_matcher.hpp"
#include "audit/ledger.hpp"
#include "audit/repair.hpp"
#include "audit/stragglers.hpp"
#include "coverage/covered_keys.hpp"

#include "tranche/audit.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tranche::audit {

/// One audit: the ledger's ranges and the source's assets, merged in key order.
class Auditor final : private MatchListener {
 public:
  using Each = std::function<void(const AuditFinding&)>;
  Auditor(Inventory::Impl& impl,
          const std::string& job,
          const AuditOptions& options,
          const Each& each);
  AuditTotals run();

 private:
  /// What is behind a range and before the next one; or up to the end.
  void walk_gap(const StoredBatch* before, const StoredBatch* behind);
  void walk_range(const LedgerBatch& range);
  void check_straggler(const StoredBatch& stored);

  void matched(const Asset& asset) override;
  void late(const Asset& asset) override;
  void vanished(const Key& first, const Key& last, std::int64_t count) override;
  /// Of those that the ledger does not hold: all but what a campaign left out as covered.
  void flush_late();
  void found_late(const LateAsset& late, std::int64_t version_id);
  void tell_late(const LateAsset& late, std::int64_t repaired_by);
  void tell_changed(const StoredBatch& stored, std::uint64_t digest, double weight);

  /// Assets are read under this definition from here on.
  void read_as(const JobDefinition& definition, const SourceRange& from);
  /// The next asset up to the audit's end; null: none.
  const Asset* peek();

  Inventory::Impl& impl_;
  const AuditOptions& options_;
  const Each& each_;
  AuditTotals totals_;
  Ledger ledger_;
  Stragglers stragglers_;
  std::optional<Repair> repair_;

  /// Of a campaign that hands out only what is missing.
  struct Doubtful {
    Asset asset;
    std::int64_t batch_id = 0;
    std::int64_t version_id = 0;
  };
  std::optional<coverage::CoveredKeys> covered_;
  std::vector<Doubtful> doubtful_;

  std::string view_;  ///< what `source_` shows
  std::unique_ptr<Source> source_;
  std::optional<AssetStream> stream_;
  SourceRange position_;  ///< where the stretch begins that comes next

  // Of the stretch at hand.
  std::int64_t batch_id_ = 0;
  std::int64_t version_id_ = 0;
  std::uint64_t digest_ = 0;
  double weight_ = 0;
  std::int64_t vanished_ = 0;
};

}  // namespace tranche::audit
