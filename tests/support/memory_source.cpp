#include "support/memory_source.hpp"

#include "tranche/error.hpp"

#include <iterator>
#include <limits>

namespace tranche::test {

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

/// Until `visit` answers false.
template <typename Visit>
void MemorySource::walk(const SourceRange& range, const Visit& visit) const {
  const auto& rows = table_->rows;
  const auto begin = range.after  ? rows.upper_bound(*range.after)
                     : range.from ? rows.lower_bound(*range.from)
                                  : rows.begin();
  const auto end = range.before ? rows.lower_bound(*range.before)
                   : range.to   ? rows.upper_bound(*range.to)
                                : rows.end();
  const auto is_empty = [&] {
    return begin == rows.end() || (end != rows.end() && !(begin->first < end->first));
  };
  if (is_empty()) {
    return;
  }
  if (!range.descending) {
    for (auto at = begin; at != end && visit(at->second); ++at) {
    }
    return;
  }
  for (auto at = end; at != begin && visit(std::prev(at)->second); --at) {
  }
}

std::int64_t MemorySource::scan(const SourceRange& range,
                                std::int64_t limit,
                                const std::function<void(const Asset&)>& each) {
  std::int64_t count = 0;
  walk(range, [&](const MemoryTable::Row& row) {
    if (count == limit) {
      return false;
    }
    if (row.matches(definition_.filter)) {
      const Asset asset = seen(row.asset);
      if (!(asset.weight >= 0)) {
        throw Error(ErrorCode::refused, "the weight of key " + asset.key.text() + " is negative");
      }
      each(asset);
      ++count;
    }
    return true;
  });
  return count;
}

std::optional<Key> MemorySource::key_after(const SourceRange& range, std::int64_t count) {
  std::optional<Key> found;
  walk(range, [&](const MemoryTable::Row& row) {
    if (--count == 0) {
      found = row.asset.key;
    }
    return count > 0;
  });
  return found;
}

std::optional<std::pair<Key, Key>> MemorySource::ends(const Key& to) {
  const SourceTotals all = totals({std::nullopt, std::nullopt, to});
  return all.count == 0 ? std::nullopt : std::optional(std::pair(*all.first_key, *all.last_key));
}

std::string MemorySource::time_condition(const TimeBounds&) {
  throw Error(ErrorCode::refused, "the model's rows have no time");
}

SourceTotals MemorySource::totals(const SourceRange& range) {
  SourceTotals totals;
  SourceRange rising = range;
  rising.descending = false;
  scan(rising, std::numeric_limits<std::int64_t>::max(), [&](const Asset& asset) {
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
