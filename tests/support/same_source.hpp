#pragma once

#include "tranche/source.hpp"

#include <memory>
#include <utility>

namespace tranche::test {

/// Passes everything on to another source; a test overrides what it wants to be otherwise.
class SameSource : public Source {
 public:
  explicit SameSource(std::unique_ptr<Source> source) : source_(std::move(source)) {}

  std::unique_ptr<Reading> begin(Duration timeout) override { return source_->begin(timeout); }
  std::optional<Key> newest_key() override { return source_->newest_key(); }
  bool watches_writers() const override { return source_->watches_writers(); }
  tranche::Writers writers() override { return source_->writers(); }
  std::vector<Writer> describe_writers() override { return source_->describe_writers(); }
  std::optional<Key> oldest_key() override { return source_->oldest_key(); }
  std::int64_t scan(const SourceRange& range,
                    std::int64_t limit,
                    const std::function<void(const Asset&)>& each) override {
    return source_->scan(range, limit, each);
  }
  std::optional<Key> key_after(const SourceRange& range, std::int64_t rows) override {
    return source_->key_after(range, rows);
  }
  SourceTotals totals(const SourceRange& range) override { return source_->totals(range); }
  std::optional<std::pair<Key, Key>> ends(const Key& to) override { return source_->ends(to); }
  std::string time_condition(const TimeBounds& bounds) override {
    return source_->time_condition(bounds);
  }
  std::optional<Asset> find_key(const Key& key) override { return source_->find_key(key); }
  std::vector<Asset> find_item(const std::string& item) override {
    return source_->find_item(item);
  }
  std::optional<double> age_seconds(const Key& key) override { return source_->age_seconds(key); }
  std::string range_condition(const Key& first, const Key& last) const override {
    return source_->range_condition(first, last);
  }
  std::string list_condition(const std::vector<Key>& keys) const override {
    return source_->list_condition(keys);
  }

 protected:
  Source& source() { return *source_; }

 private:
  std::unique_ptr<Source> source_;
};

}  // namespace tranche::test
