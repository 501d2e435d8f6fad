#include "audit/auditor.hpp"

#include "tranche/definition.hpp"

namespace tranche {

std::string_view to_string(AuditFinding::Kind kind) {
  switch (kind) {
    case AuditFinding::Kind::vanished:
      return "vanished";
    case AuditFinding::Kind::changed:
      return "changed";
    case AuditFinding::Kind::late:
      break;
  }
  return "late";
}

AuditTotals Inventory::audit(const std::string& job,
                             const AuditOptions& options,
                             const std::function<void(const AuditFinding&)>& each) {
  return audit::Auditor(*impl_, job, options, each).run();
}

}  // namespace tranche

namespace tranche::audit {

namespace {

constexpr std::size_t kTogether = 4096;

/// What makes two definitions show the same assets.
std::string view_of(const JobDefinition& definition) {
  JobDefinition shown;
  shown.source = definition.source;
  shown.table = definition.table;
  shown.key_column = definition.key_column;
  shown.item_column = definition.item_column;
  shown.weight_column = definition.weight_column;
  shown.filter = definition.filter;
  shown.unstable_filter = definition.unstable_filter;
  return to_json(shown);
}

/// Whether no key fits between a range and the next.
bool touch(const StoredBatch* before, const StoredBatch* behind) {
  if (before == nullptr || behind == nullptr || before->superseded_from) {
    return false;
  }
  const Key& last = *before->batch.last_key;
  return last.type() == KeyType::integer && last.number() + 1 == behind->batch.first_key->number();
}

}  // namespace

Auditor::Auditor(Inventory::Impl& impl,
                 const std::string& job,
                 const AuditOptions& options,
                 const Each& each)
    : impl_(impl),
      options_(options),
      each_(each),
      ledger_(impl, job, options.window),
      stragglers_(impl, ledger_.stragglers(), [this](const StoredBatch& stored) {
        check_straggler(stored);
      }) {
  if (ledger_.window().only_missing) {
    covered_.emplace(ledger_.job(), ledger_.window().missing_version, [this](const auto& work) {
      impl_.reading(work);
    });
  }
  if (options.repair) {
    repair_.emplace(impl, ledger_, [this](const LateAsset& late, std::int64_t repaired_by) {
      tell_late(late, repaired_by);
    });
  }
}

AuditTotals Auditor::run() {
  if (!ledger_.end()) {
    return totals_;
  }
  position_ = {std::nullopt, ledger_.start(), ledger_.end()};
  totals_.stragglers = static_cast<std::int64_t>(ledger_.stragglers().size());
  std::optional<LedgerBatch> before;
  while (auto range = ledger_.next()) {
    walk_gap(before ? &before->stored : nullptr, &range->stored);
    walk_range(*range);
    before = std::move(range);
  }
  walk_gap(before ? &before->stored : nullptr, nullptr);
  if (covered_) {
    flush_late();
  }
  stragglers_.finish();
  if (repair_) {
    repair_->finish();
    totals_.repairs = repair_->batches();
  }
  return totals_;
}

void Auditor::read_as(const JobDefinition& definition, const SourceRange& from) {
  std::string view = view_of(definition);
  if (stream_ && view == view_) {
    return;
  }
  stream_.reset();
  source_ = impl_.open_source(definition);
  view_ = std::move(view);
  stream_.emplace(*source_, from, [this](const Key& at) {
    if (options_.progress) {
      options_.progress(totals_, at, *ledger_.end());
    }
  });
}

const Asset* Auditor::peek() {
  const Asset* asset = stream_->peek();
  return asset != nullptr && !ledger_.beyond(asset->key) ? asset : nullptr;
}

void Auditor::walk_gap(const StoredBatch* before, const StoredBatch* behind) {
  if (touch(before, behind)) {
    return;
  }
  read_as(ledger_.between(before, behind), position_);
  batch_id_ = 0;
  version_id_ = behind != nullptr ? behind->batch.version_id : ledger_.job().version_id;
  for (const Asset* asset = peek();
       asset != nullptr && (behind == nullptr || asset->key < *behind->batch.first_key);
       asset = peek()) {
    late(*asset);
    stream_->pop();
  }
}

void Auditor::walk_range(const LedgerBatch& range) {
  const StoredBatch& stored = range.stored;
  const Batch& batch = stored.batch;
  const auto& cut = stored.superseded_from;
  ++totals_.ranges;
  batch_id_ = batch.id;
  version_id_ = batch.version_id;
  digest_ = 0;
  weight_ = 0;
  vanished_ = 0;
  read_as(ledger_.version(batch.version_id).definition,
          {std::nullopt, batch.first_key, ledger_.end()});
  KeyMatcher matcher(
      batch,
      cut,
      key_parts(batch.count),
      [&](std::int64_t part) { return ledger_.read_part(range, part); },
      *this);
  for (const Asset* asset = peek();
       asset != nullptr && asset->key <= *batch.last_key && (!cut || asset->key < *cut);
       asset = peek()) {
    matcher.see(*asset);
    stream_->pop();
  }
  matcher.finish();
  // The digest is of all keys: where some are gone, it tells nothing of the others.
  if (!cut && vanished_ == 0) {
    tell_changed(stored, digest_, weight_);
  }
  position_ = cut ? SourceRange{std::nullopt, cut, ledger_.end()}
                  : SourceRange{batch.last_key, std::nullopt, ledger_.end()};
}

void Auditor::matched(const Asset& asset) {
  ++totals_.assets;
  digest_ += asset_digest(asset);
  weight_ += asset.weight;
}

void Auditor::late(const Asset& asset) {
  if (stragglers_.hold(asset)) {
    ++totals_.assets;
  } else if (covered_) {
    doubtful_.push_back({asset, batch_id_, version_id_});
    if (doubtful_.size() == kTogether) {
      flush_late();
    }
  } else {
    found_late({asset, batch_id_}, version_id_);
  }
}

void Auditor::found_late(const LateAsset& late, std::int64_t version_id) {
  if (repair_) {
    repair_->add(late.asset, late.batch_id, version_id);
  } else {
    tell_late(late, 0);
  }
}

void Auditor::flush_late() {
  std::vector<Asset> missing;
  for (const Doubtful& one : doubtful_) {
    missing.push_back(one.asset);
  }
  covered_->keep_missing(missing);
  auto next = missing.begin();
  for (const Doubtful& one : doubtful_) {
    if (next != missing.end() && next->key == one.asset.key) {
      found_late({one.asset, one.batch_id}, one.version_id);
      ++next;
    }
  }
  doubtful_.clear();
}

void Auditor::vanished(const Key& first, const Key& last, std::int64_t count) {
  vanished_ += count;
  totals_.vanished += count;
  each_({.kind = AuditFinding::Kind::vanished,
         .first_key = first,
         .last_key = last,
         .count = count,
         .item = {},
         .batch_id = batch_id_});
}

void Auditor::tell_late(const LateAsset& late, std::int64_t repaired_by) {
  if (repair_ && repaired_by == 0) {
    return;
  }
  ++totals_.late;
  totals_.between += late.batch_id == 0 ? 1 : 0;
  totals_.repaired += repaired_by != 0 ? 1 : 0;
  each_({.kind = AuditFinding::Kind::late,
         .first_key = late.asset.key,
         .last_key = late.asset.key,
         .item = late.asset.item,
         .weight = late.asset.weight,
         .batch_id = late.batch_id,
         .repaired_by = repaired_by});
}

void Auditor::tell_changed(const StoredBatch& stored, std::uint64_t digest, double weight) {
  if (digest == stored.digest) {
    return;
  }
  ++totals_.changed;
  each_({.kind = AuditFinding::Kind::changed,
         .first_key = *stored.batch.first_key,
         .last_key = *stored.batch.last_key,
         .count = stored.batch.count,
         .item = {},
         .weight = weight,
         .weight_before = stored.batch.weight,
         .batch_id = stored.batch.id});
}

/// By its own definition, and key by key: what was read in passing was read as its surroundings
/// were.
void Auditor::check_straggler(const StoredBatch& stored) {
  const Batch& batch = stored.batch;
  const auto& cut = stored.superseded_from;
  const std::int64_t surroundings = std::exchange(batch_id_, batch.id);
  const std::int64_t vanished_there = vanished_;
  std::uint64_t digest = 0;
  double weight = 0;
  impl_.reading([&](StoreTransaction& transaction) {
    Source& source = impl_.source_of(ledger_.version(batch.version_id));
    std::vector<Key> keys = impl_.straggler_keys(impl_.keys_in(transaction, batch), batch);
    auto next = keys.begin();
    const auto lose_before = [&](const auto& found) {
      for (; next != found; ++next) {
        if (!cut || *next < *cut) {
          vanished(*next, *next, 1);
        }
      }
    };
    impl_.walk_assets(impl_.keys_in(transaction, batch), source, batch, [&](const Asset& asset) {
      lose_before(std::find(next, keys.end(), asset.key));
      ++next;
      digest += asset_digest(asset);
      weight += asset.weight;
    });
    lose_before(keys.end());
  });
  // As of a range: the digest is of the keys that a reset took from it as well.
  if (!cut && vanished_ == vanished_there) {
    tell_changed(stored, digest, weight);
  }
  batch_id_ = surroundings;
  vanished_ = vanished_there;
}

}  // namespace tranche::audit
