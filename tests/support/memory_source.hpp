#pragma once

#include "tranche/source.hpp"

#include <map>
#include <memory>
#include <vector>

namespace tranche::test {

/// The rows of one source table, shared by all sources that read it. The filter stands beside each
/// row, because the model speaks no SQL: `matches` says for which filters (as texts) the row
/// counts.
struct MemoryTable {
  struct Row {
    Asset asset;
    std::function<bool(const std::string& filter)> matches = [](const std::string&) {
      return true;
    };
  };
  std::map<Key, Row> rows;
  void add(const Asset& asset) { rows.insert({asset.key, {asset}}); }
};

/// A Source over a MemoryTable. Ages are not known.
class MemorySource final : public Source {
 public:
  MemorySource(std::shared_ptr<const MemoryTable> table, JobDefinition definition)
      : table_(std::move(table)), definition_(std::move(definition)) {}

  std::unique_ptr<Reading> begin(Duration) override { return std::make_unique<Reading>(); }
  std::optional<Key> newest_key() override;
  std::optional<Key> oldest_key() override;
  std::int64_t scan(const SourceRange& range,
                    std::int64_t limit,
                    const std::function<void(const Asset&)>& each) override;
  std::optional<Key> key_after(const SourceRange& range, std::int64_t rows) override;
  SourceTotals totals(const SourceRange& range) override;
  std::optional<std::pair<Key, Key>> ends(const Key& to) override;
  /// Its rows have no time.
  std::string time_condition(const TimeBounds& bounds) override;
  std::optional<Asset> find_key(const Key& key) override;
  std::vector<Asset> find_item(const std::string& item) override;
  std::optional<double> age_seconds(const Key&) override { return std::nullopt; }
  std::string range_condition(const Key& first, const Key& last) const override;
  std::string list_condition(const std::vector<Key>& keys) const override;

 private:
  Asset seen(const Asset& asset) const;
  template <typename Visit>
  void walk(const SourceRange& range, const Visit& visit) const;
  std::shared_ptr<const MemoryTable> table_;
  JobDefinition definition_;
};

}  // namespace tranche::test
