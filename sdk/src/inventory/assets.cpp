#include "inventory/impl.hpp"

#include <algorithm>

namespace tranche {

namespace {

constexpr std::int64_t kChunk = 4096;
// A statement on the source with longer lists would be slow to read, and hard to.
constexpr std::int64_t kMostListed = 1000;

/// Calls `each` with those of the keys that the source has. They may lie far apart: what stands
/// between two of them is passed over rather than read.
void walk_listed(Source& source,
                 const std::vector<Key>& keys,
                 const std::function<void(const Asset&)>& each) {
  auto wanted = keys.begin();
  std::int64_t size = 1;
  while (wanted != keys.end()) {
    std::vector<Asset> chunk;
    source.scan({std::nullopt, *wanted, keys.back()}, size, [&](const Asset& asset) {
      chunk.push_back(asset);
    });
    std::int64_t hits = 0;
    for (const Asset& asset : chunk) {
      wanted = std::lower_bound(wanted, keys.end(), asset.key);
      if (*wanted == asset.key) {
        each(asset);
        ++hits;
      }
    }
    if (static_cast<std::int64_t>(chunk.size()) < size) {
      return;
    }
    wanted = std::upper_bound(wanted, keys.end(), chunk.back().key);
    size = hits * 2 >= size ? std::min(size * 4, kChunk) : std::max<std::int64_t>(size / 4, 1);
  }
}

}  // namespace

std::vector<Key> Inventory::Impl::straggler_keys(StoreTransaction& transaction,
                                                 const Batch& batch) const {
  return list_keys(transaction.read_key_part(batch.id, 0, true), batch.first_key->type());
}

void Inventory::Impl::walk_assets(StoreTransaction& transaction,
                                  Source& source,
                                  const Batch& batch,
                                  const std::function<void(const Asset&)>& each) const {
  if (batch.straggler) {
    walk_listed(source, straggler_keys(transaction, batch), each);
    return;
  }
  const std::int64_t parts = key_parts(batch.count);
  const auto read_part = [&](std::int64_t part) {
    return KeyPart(transaction.read_key_part(batch.id, part, part == parts - 1));
  };
  std::int64_t part = 0;
  KeyPart keys = read_part(part);
  // Assets come in key order, and so do the parts: one that the current part does not hold may
  // stand in a later one.
  const auto holds = [&](const Key& key) {
    if (keys.holds(key)) {
      return true;
    }
    for (std::int64_t later = part + 1; later < parts && keys.may_end_before(key); ++later) {
      KeyPart next = read_part(later);
      if (next.holds(key)) {
        keys = std::move(next);
        part = later;
        return true;
      }
      if (!next.may_end_before(key)) {
        return false;
      }
    }
    return false;
  };
  SourceRange range{std::nullopt, batch.first_key, batch.last_key};
  std::int64_t read = kChunk;
  while (read == kChunk) {
    std::vector<Asset> chunk;
    read = source.scan(range, kChunk, [&](const Asset& asset) { chunk.push_back(asset); });
    for (const Asset& asset : chunk) {
      if (holds(asset.key)) {
        each(asset);
      }
    }
    if (!chunk.empty()) {
      range = {chunk.back().key, std::nullopt, batch.last_key};
    }
  }
}

void Inventory::for_each_asset(const Batch& batch, const std::function<void(const Asset&)>& each) {
  impl_->reading([&](StoreTransaction& transaction) {
    Source& source = impl_->source_of(impl_->job_of_version(transaction, batch.version_id));
    const auto reading = source.begin(kCountTimeout);
    impl_->walk_assets(transaction, source, batch, each);
  });
}

std::string Inventory::range_condition(const Batch& batch) {
  if (batch.straggler) {
    return impl_->reading([&](StoreTransaction& transaction) {
      const Job job = impl_->job_of_version(transaction, batch.version_id);
      return batch.count > kMostListed
                 ? std::string()
                 : impl_->source_of(job).list_condition(impl_->straggler_keys(transaction, batch));
    });
  }
  if (const auto* known = impl_->known_source(batch.version_id)) {
    return known->source->range_condition(*batch.first_key, *batch.last_key);
  }
  return impl_->reading([&](StoreTransaction& transaction) {
    const Job job = impl_->job_of_version(transaction, batch.version_id);
    return impl_->source_of(job).range_condition(*batch.first_key, *batch.last_key);
  });
}

bool Inventory::Impl::holds(StoreTransaction& transaction,
                            const StoredBatch& stored,
                            const Key& key) const {
  const std::int64_t parts = key_parts(stored.batch.count);
  for (std::int64_t part = 0; part < parts; ++part) {
    if (key_part_holds(transaction.read_key_part(stored.batch.id, part, part == parts - 1), key)) {
      return true;
    }
  }
  return false;
}

}  // namespace tranche
