#pragma once

#include "coverage/covered_keys.hpp"

#include "tranche/source.hpp"

namespace tranche::coverage {

/// The assets of a source that no succeeded batch of the job holds: where it is read, and by what
/// is known then.
class MissingSource final : public Source {
 public:
  MissingSource(Source& source, CoveredKeys covered)
      : source_(source), covered_(std::move(covered)) {}

  std::unique_ptr<Reading> begin(Duration statement_timeout) override;
  SourcePlace place() override { return source_.place(); }
  std::optional<Key> newest_key() override { return source_.newest_key(); }
  bool watches_writers() const override { return source_.watches_writers(); }
  Writers writers() override { return source_.writers(); }
  std::vector<Writer> describe_writers() override { return source_.describe_writers(); }
  std::optional<Key> oldest_key() override { return source_.oldest_key(); }
  /// Errors: timeout, too, where it passes by covered assets for longer than a statement may take.
  std::int64_t scan(const SourceRange& range,
                    std::int64_t limit,
                    const std::function<void(const Asset&)>& each) override;
  std::optional<Key> key_after(const SourceRange& range, std::int64_t rows) override {
    return source_.key_after(range, rows);
  }
  SourceTotals totals(const SourceRange& range) override;
  std::optional<std::pair<Key, Key>> ends(const Key& to) override { return source_.ends(to); }
  std::string time_condition(const TimeBounds& bounds) override {
    return source_.time_condition(bounds);
  }
  std::optional<Asset> find_key(const Key& key) override { return source_.find_key(key); }
  std::vector<Asset> find_item(const std::string& item) override { return source_.find_item(item); }
  std::optional<double> age_seconds(const Key& key) override { return source_.age_seconds(key); }
  std::string range_condition(const Key& first, const Key& last) const override {
    return source_.range_condition(first, last);
  }
  std::string list_condition(const std::vector<Key>& keys) const override {
    return source_.list_condition(keys);
  }

 private:
  /// False: the range has no more assets. Its end moves behind those that were read.
  bool read_chunk(SourceRange& range, std::int64_t size, std::vector<Asset>& missing);

  Source& source_;
  CoveredKeys covered_;
  Duration timeout_ = kCountTimeout;
};

}  // namespace tranche::coverage
