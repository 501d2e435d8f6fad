#include "support/memory_source.hpp"

#include "tranche/error.hpp"

#include <limits>

namespace tranche::test {

namespace {

bool within(const SourceRange& range, const Key& key) {
  return (!range.to || key <= *range.to) && (!range.before || key < *range.before);
}

}  // namespace

Asset MemorySource::seen(const Asset& asset) const {
  Asset made = asset;
  if (!definition_.item_column) {
    made.item = asset.key.text();
  }
  if (!definition_.weight_column) {
    made.weight = 0;
  }
  return made;
}

std::optional<Key> MemorySource::newest_key() {
  return table_->rows.empty() ? std::nullopt : std::optional(table_->rows.rbegin()->first);
}

std::optional<Key> MemorySource::oldest_key() {
  return table_->rows.empty() ? std::nullopt : std::optional(table_->rows.begin()->first);
}

std::int64_t MemorySource::scan(const SourceRange& range,
                                std::int64_t limit,
                                const std::function<void(const Asset&)>& each) {
  const auto& rows = table_->rows;
  auto at = range.after  ? rows.upper_bound(*range.after)
            : range.from ? rows.lower_bound(*range.from)
                         : rows.begin();
  std::int64_t count = 0;
  for (; at != rows.end() && count < limit && within(range, at->first); ++at) {
    const auto& [key, row] = *at;
    if (!row.matches(definition_.filter)) {
      continue;
    }
    const Asset asset = seen(row.asset);
    if (!(asset.weight >= 0)) {
      throw Error(ErrorCode::refused, "the weight of key " + key.text() + " is negative");
    }
    each(asset);
    ++count;
  }
  return count;
}

std::optional<Key> MemorySource::key_after(const SourceRange& range, std::int64_t count) {
  const auto& rows = table_->rows;
  auto at = range.after  ? rows.upper_bound(*range.after)
            : range.from ? rows.lower_bound(*range.from)
                         : rows.begin();
  for (; at != rows.end() && within(range, at->first); ++at) {
    if (--count == 0) {
      return at->first;
    }
  }
  return std::nullopt;
}

SourceTotals MemorySource::totals(const SourceRange& range) {
  SourceTotals totals;
  scan(range, std::numeric_limits<std::int64_t>::max(), [&](const Asset& asset) {
    ++totals.count;
    totals.weight += asset.weight;
    totals.first_key = totals.first_key ? totals.first_key : asset.key;
    totals.last_key = asset.key;
  });
  return totals;
}

std::optional<Asset> MemorySource::find_key(const Key& key) {
  const auto found = table_->rows.find(key);
  return found == table_->rows.end() ? std::nullopt : std::optional(seen(found->second.asset));
}

std::vector<Asset> MemorySource::find_item(const std::string& item) {
  std::vector<Asset> found;
  for (const auto& [key, row] : table_->rows) {
    if (row.asset.item == item && found.size() < 100) {
      found.push_back(seen(row.asset));
    }
  }
  return found;
}

std::string MemorySource::range_condition(const Key& first, const Key& last) const {
  return first.text() + " <= " + definition_.key_column + " <= " + last.text();
}

std::string MemorySource::list_condition(const std::vector<Key>& keys) const {
  std::string list;
  for (const Key& key : keys) {
    list += (list.empty() ? "" : ", ") + key.text();
  }
  return definition_.key_column + " in (" + list + ")";
}

}  // namespace tranche::test
