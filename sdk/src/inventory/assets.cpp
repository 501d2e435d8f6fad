#include "inventory/impl.hpp"
#include "inventory/key_cursor.hpp"

#include <algorithm>

namespace tranche {

namespace {

constexpr std::int64_t kChunk = 4096;
// A statement on the source with longer lists would be slow to read, and hard to.
constexpr std::int64_t kMostListed = 1000;

/// One chunk is read, then worked on: whoever needs the inventory for it does not hold a second
/// connection, of which a pooler may have few.
std::vector<Asset> read_chunk(Source& source, const SourceRange& range, std::int64_t size) {
  std::vector<Asset> chunk;
  const auto reading = source.begin(kCountTimeout);
  source.scan(range, size, [&](const Asset& asset) { chunk.push_back(asset); });
  return chunk;
}

/// Calls `each` with those of the keys that the source has. They may lie far apart: what stands
/// between two of them is passed over rather than read.
void walk_listed(Source& source,
                 const std::vector<Key>& keys,
                 const std::function<void(const Asset&)>& each) {
  auto wanted = keys.begin();
  std::int64_t size = 1;
  while (wanted != keys.end()) {
    const std::vector<Asset> chunk = read_chunk(source, {std::nullopt, *wanted, keys.back()}, size);
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

Inventory::Impl::ReadKeys Inventory::Impl::keys_in(StoreTransaction& transaction,
                                                   const Batch& batch) {
  return [&transaction, id = batch.id](std::int64_t part, bool last) {
    return transaction.read_key_part(id, part, last);
  };
}

Inventory::Impl::ReadKeys Inventory::Impl::keys_outside(const Batch& batch) {
  return [this, id = batch.id](std::int64_t part, bool last) {
    return reading(
        [&](StoreTransaction& transaction) { return transaction.read_key_part(id, part, last); });
  };
}

std::vector<Key> Inventory::Impl::straggler_keys(const ReadKeys& read, const Batch& batch) {
  return list_keys(read(0, true), batch.first_key->type());
}

void Inventory::Impl::walk_assets(const ReadKeys& read_keys,
                                  Source& source,
                                  const Batch& batch,
                                  const std::function<void(const Asset&)>& each) {
  if (batch.straggler) {
    walk_listed(source, straggler_keys(read_keys, batch), each);
    return;
  }
  KeyCursor keys(read_keys, key_parts(batch.count));
  SourceRange range{std::nullopt, batch.first_key, batch.last_key};
  for (bool more = true; more;) {
    const std::vector<Asset> chunk = read_chunk(source, range, kChunk);
    more = static_cast<std::int64_t>(chunk.size()) == kChunk;
    for (const Asset& asset : chunk) {
      if (keys.holds(asset.key)) {
        each(asset);
      }
    }
    if (!chunk.empty()) {
      range = {chunk.back().key, std::nullopt, batch.last_key};
    }
  }
}

void Inventory::for_each_asset(const Batch& batch, const std::function<void(const Asset&)>& each) {
  // No transaction is open on the inventory meanwhile: through a pooler with few connections all
  // could be held by readers who wait for one more.
  Source& source = impl_->source_of(batch);
  impl_->walk_assets(impl_->keys_outside(batch), source, batch, each);
}

bool Inventory::Impl::is_whole(const Batch& batch) {
  if (batch.window == kIncremental) {
    return true;
  }
  KnownWindow& window = windows[{batch.job_id, batch.window}];
  if (window.id == 0) {
    window = known_part(reading([&](StoreTransaction& transaction) {
      return need_window(transaction, job_of(transaction, batch), batch.window);
    }));
  }
  if (!window.only_missing) {
    return true;
  }
  Source& source = source_of(batch);
  std::int64_t there = 0;
  {
    const auto reading_source = source.begin(kCountTimeout);
    there = source.totals({std::nullopt, batch.first_key, batch.last_key}).count;
  }
  if (batch.id == 0) {
    return there == batch.count;
  }
  // By what it still holds: where assets have vanished, the numbers may meet by chance.
  std::int64_t held = 0;
  walk_assets(keys_outside(batch), source, batch, [&](const Asset&) { ++held; });
  return there == held;
}

void Inventory::Impl::walk_planned(const Batch& batch,
                                   const std::function<void(const Asset&)>& each) {
  Job job;
  Window window;
  reading([&](StoreTransaction& transaction) {
    job = job_of(transaction, batch);
    window = need_window(transaction, job, batch.window);
  });
  Source& all = source_of(batch);
  const auto missing = missing_in(nullptr, job, window, all);
  const auto reading_source = all.begin(kCountTimeout);
  (missing ? *missing : all)
      .scan({std::nullopt, batch.first_key, batch.last_key}, batch.count, each);
}

std::string Inventory::range_condition(const Batch& batch) {
  const bool whole = !batch.straggler && batch.done_count == 0 && impl_->is_whole(batch);
  Source& source = impl_->source_of(batch);
  if (whole) {
    return source.range_condition(*batch.first_key, *batch.last_key);
  }
  if (batch.count > kMostListed) {
    return {};
  }
  if (batch.straggler) {
    return source.list_condition(impl_->straggler_keys(impl_->keys_outside(batch), batch));
  }
  // What is done, or was when the range was cut, lies between what is left.
  std::vector<Key> left;
  const auto note = [&](const Asset& asset) { left.push_back(asset.key); };
  if (batch.id == 0) {
    impl_->walk_planned(batch, note);
  } else {
    for_each_asset(batch, note);
  }
  return source.list_condition(left);
}

SourcePlace Inventory::place_of(const Batch& batch) {
  return impl_->source_of(batch).place();
}

SourcePlace Inventory::place_of(const std::string& job) {
  return impl_->source_of(find_job(job)).place();
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
