#pragma once

#include "audit/ledger.hpp"
#include "inventory/straggler.hpp"

#include "tranche/audit.hpp"

#include <functional>
#include <set>
#include <vector>

namespace tranche::audit {

struct LateAsset {
  Asset asset;
  std::int64_t batch_id = 0;  ///< whose range it lies in; 0: none
};

/// Turns late assets into straggler batches. Each is stored in a short transaction of its own,
/// under the window's lock, after a look whether somebody else holds its assets by now.
class Repair {
 public:
  /// Told of each asset that was late; `repaired_by` 0: somebody else has it since.
  using Done = std::function<void(const LateAsset&, std::int64_t repaired_by)>;

  Repair(Inventory::Impl& impl, const Ledger& ledger, Done done);
  /// In key order. A batch is of one job version.
  void add(const Asset& asset, std::int64_t batch_id, std::int64_t version_id);
  void finish() { flush(); }
  std::int64_t batches() const { return batches_; }

 private:
  void flush();
  std::int64_t store(StoreTransaction& transaction, std::vector<bool>& taken) const;
  void check_window(StoreTransaction& transaction) const;
  std::vector<KeyPart> held_since(StoreTransaction& transaction) const;

  Inventory::Impl& impl_;
  const Ledger& ledger_;
  Done done_;
  Limits limits_;
  std::set<std::int64_t> known_;  ///< stragglers that the audit has looked at
  std::int64_t version_id_ = 0;
  StragglerBuilder size_;  ///< of what waits
  std::vector<LateAsset> waiting_;
  std::int64_t batches_ = 0;
};

}  // namespace tranche::audit
