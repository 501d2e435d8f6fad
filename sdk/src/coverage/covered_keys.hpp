#pragma once

#include "inventory/impl.hpp"
#include "inventory/key_cursor.hpp"

#include <deque>
#include <functional>
#include <set>
#include <vector>

namespace tranche::coverage {

/// Which assets succeeded batches of a job hold, in any window, by their exact key sets. Asked in
/// the order of keys, each key set is read once, a part at a time.
class CoveredKeys {
 public:
  /// Runs its argument in a transaction on the inventory.
  using Read = std::function<void(const std::function<void(StoreTransaction&)>&)>;
  /// `version`: only batches of this version of the job count.
  CoveredKeys(const Job& job, std::optional<int> version, Read read)
      : job_(job), version_(version), read_(std::move(read)) {}

  /// Leaves those that no such batch holds. `assets` are in key order.
  void keep_missing(std::vector<Asset>& assets);

 private:
  struct Holder {
    StoredBatch stored;
    KeyCursor keys;
  };
  void load(const Key& first, const Key& last);
  void load_around(const Key& key);
  void load_family(std::int64_t batch_id);
  void add(StoredBatch stored);
  bool holds(const Key& key);

  Job job_;
  std::optional<int> version_;
  std::optional<std::int64_t> version_id_;
  Read read_;
  StoreTransaction* transaction_ = nullptr;  ///< while keep_missing() runs
  std::optional<Key> position_;              ///< batches that begin up to here are known
  std::deque<Holder> waiting_;               ///< by their first keys
  std::vector<Holder> open_;
  std::set<std::int64_t> known_;
};

}  // namespace tranche::coverage
