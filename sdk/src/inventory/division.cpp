#include "inventory/impl.hpp"
#include "inventory/key_cursor.hpp"
#include "inventory/straggler.hpp"

#include <utility>

namespace tranche {

namespace {

/// One half of a split batch while it is filled.
struct Half {
  explicit Half(bool straggler)
      : keys(straggler ? KeySetWriter::Form::exact : KeySetWriter::Form::compact) {
    made.straggler = straggler;
  }
  NewBatch made;
  KeySetWriter keys;
  int parts = 0;

  void add(StoreTransaction& transaction, const Asset& asset) {
    if (keys.full()) {
      made.id = made.id == 0 ? transaction.reserve_batch_id() : made.id;
      transaction.insert_batch_keys(made.id, parts++, keys.take_part());
    }
    made.first_key = made.count == 0 ? asset.key : made.first_key;
    made.last_key = asset.key;
    ++made.count;
    made.weight += asset.weight;
    made.digest += asset_digest(asset);
    keys.add(asset.key);
  }
};

}  // namespace

void Inventory::Impl::split(StoreTransaction& transaction, const StoredBatch& parent) {
  const Batch& whole = parent.batch;
  const Job job = job_of(transaction, whole);
  const auto store_half = [&](Half& half) {
    // None: assets vanished from the source since the range was cut.
    if (half.made.count > 0) {
      half.made.window_id = whole.window_id;
      half.made.version_id = whole.version_id;
      half.made.generation = parent.generation;
      half.made.parent_id = whole.id;
      half.made.last_part = half.keys.take_part();
      half.made.max_attempts = job.definition.max_attempts;
      transaction.insert_batch(half.made, nullptr);
    }
    half = Half(whole.straggler);
  };
  Source& source = source_of(job);
  Half half(whole.straggler);
  std::int64_t seen = 0;
  walk_assets(keys_in(transaction, whole), source, whole, [&](const Asset& asset) {
    // The first is stored before the second begins, whose id may be reserved as the next one.
    if (seen++ == (whole.count + 1) / 2) {
      store_half(half);
    }
    half.add(transaction, asset);
  });
  store_half(half);
}

namespace {

/// The keys of a batch that goes on with fewer. They replace those that are being read, and so they
/// are kept until all are.
class Remainder {
 public:
  explicit Remainder(bool straggler)
      : keys_(straggler ? KeySetWriter::Form::exact : KeySetWriter::Form::compact) {}

  void add(const Asset& asset) {
    if (keys_.full()) {
      parts_.push_back(keys_.take_part());
    }
    ++made_.count;
    made_.weight += asset.weight;
    made_.digest += asset_digest(asset);
    keys_.add(asset.key);
  }

  void store(StoreTransaction& transaction, StoredBatch& stored, std::int64_t done) {
    made_.last_part = keys_.take_part();
    stored.batch.count = made_.count;
    stored.batch.weight = made_.weight;
    stored.batch.done_count += done;
    stored.digest = made_.digest;
    transaction.shrink_batch(stored.batch.id, made_, stored.batch.done_count);
    for (std::size_t part = 0; part < parts_.size(); ++part) {
      transaction.insert_batch_keys(stored.batch.id, static_cast<int>(part), parts_[part]);
    }
  }
  bool empty() const { return made_.count == 0; }

 private:
  NewBatch made_;
  KeySetWriter keys_;
  std::vector<std::string> parts_;
};

}  // namespace

bool Inventory::Impl::set_aside(StoreTransaction& transaction,
                                Source& source,
                                const ReleaseRequest& request,
                                StoredBatch& stored) {
  const Batch whole = stored.batch;
  KeyCursor done_keys(
      [&](std::int64_t part, bool) { return request.done_keys[static_cast<std::size_t>(part)]; },
      static_cast<std::int64_t>(request.done_keys.size()));
  Remainder left(whole.straggler);
  StragglerBuilder done;
  std::vector<NewBatch> all_done;
  std::int64_t count = 0;
  walk_assets(keys_in(transaction, whole), source, whole, [&](const Asset& asset) {
    if (!done_keys.holds(asset.key)) {
      left.add(asset);
      return;
    }
    if (!done.takes(asset, {})) {
      all_done.push_back(std::exchange(done, StragglerBuilder()).finish());
    }
    done.add(asset);
    ++count;
  });
  if (left.empty()) {
    return false;
  }
  if (!done.empty()) {
    all_done.push_back(done.finish());
  }
  AttemptEnd end;
  end.attempt = whole.attempt;
  end.exit_code = request.exit_code;
  for (const NewBatch& made : all_done) {
    transaction.end_attempt(transaction.insert_done(stored, made), end);
  }
  if (count > 0) {
    left.store(transaction, stored, count);
  }
  return true;
}

}  // namespace tranche
