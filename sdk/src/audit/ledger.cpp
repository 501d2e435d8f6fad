#include "audit/ledger.hpp"

#include "source/filter_text.hpp"

#include "tranche/error.hpp"

#include <algorithm>

namespace tranche::audit {

namespace {

constexpr std::int64_t kPage = 256;

}  // namespace

void refuse_moved(const Job& job) {
  throw Error(ErrorCode::refused,
              "the window of job '" + job.name +
                  "' went back while it was audited, and hands its keys out again; run the audit "
                  "once more");
}

Ledger::Ledger(Inventory::Impl& impl, const std::string& job, const std::string& window)
    : impl_(impl) {
  impl_.reading([&](StoreTransaction& transaction) {
    job_ = impl_.need_job(transaction, job);
    window_ = impl_.need_window(transaction, job_, window);
    for (const StoredBatch& stored : transaction.open_batches(window_.id)) {
      if (stored.ahead) {
        // Nobody has held it, and it may yet be cut otherwise.
        window_.frontier = stored.ahead->frontier;
        break;
      }
    }
    versions_ = transaction.list_job_versions(job_.id);
    for (Job& version : versions_) {
      version = narrowed(std::move(version), window_);
    }
    job_ = narrowed(std::move(job_), window_);
    find_bounds();
    newest_range_ = transaction.newest_range(window_.id);
    if (end_) {
      stragglers_ = transaction.live_stragglers(window_.id, std::nullopt, *end_);
    }
  });
}

void Ledger::find_bounds() {
  if (window_.newest_first) {
    start_ = window_.frontier;
    end_ = window_.frontier ? window_.upper : std::nullopt;
    return;
  }
  start_ = first_key_of(job_, window_);
  const Position next = next_position(window_);
  end_ = next.after;
  if (!end_ && window_.generation > 0) {
    end_ = next.from;
    end_included_ = false;
  }
}

std::optional<LedgerBatch> Ledger::next() {
  while (end_) {
    if (page_.empty()) {
      if (generation_ > window_.generation) {
        return std::nullopt;
      }
      read_page();
      continue;
    }
    LedgerBatch batch = std::move(page_.front());
    page_.pop_front();
    const Batch& range = batch.stored.batch;
    // What a campaign that begins at its end has cut meanwhile lies before the start.
    const bool later = window_.newest_first && *range.first_key < *start_;
    if (!range.superseded && !later && !beyond(*range.first_key)) {
      return batch;
    }
  }
  return std::nullopt;
}

/// Generation by generation: a reset supersedes all behind its key, so that what is left of an
/// older generation lies before the newer ones.
void Ledger::read_page() {
  std::vector<LedgerBatch> read;
  impl_.reading([&](StoreTransaction& transaction) {
    const Window now = impl_.need_window(transaction, job_, window_.name);
    if (now.id != window_.id || now.generation != window_.generation ||
        (end_included_ && !now.frontier)) {
      refuse_moved(job_);
    }
    // Ranges that nobody began may have been taken back.
    end_ = end_included_ && !now.newest_first ? std::min(end_, now.frontier) : end_;
    read = transaction.ledger_batches(window_.id, generation_, page_at_, *end_, kPage);
  });
  std::int64_t cut = 0;
  for (LedgerBatch& one : read) {
    if (!one.stored.batch.parent_id) {
      ++cut;
      page_at_ = std::max(page_at_, one.stored.batch.first_key);
    }
    page_.push_back(std::move(one));
  }
  if (cut < kPage) {
    ++generation_;
    page_at_.reset();
  }
}

const Job& Ledger::version(std::int64_t version_id) const {
  const auto found = std::find_if(versions_.begin(), versions_.end(), [&](const Job& job) {
    return job.version_id == version_id;
  });
  if (found == versions_.end()) {
    throw Error(ErrorCode::internal,
                "job version " + std::to_string(version_id) + " is missing from the inventory");
  }
  return *found;
}

JobDefinition Ledger::between(const StoredBatch* before, const StoredBatch* behind) const {
  const int first = before != nullptr ? version(before->batch.version_id).version : 1;
  const Job& last = behind != nullptr ? version(behind->batch.version_id) : job_;
  std::vector<std::string> filters;
  for (const Job& job : versions_) {
    if (job.version >= first && job.version <= last.version) {
      filters.push_back(job.definition.filter);
    }
  }
  JobDefinition definition = last.definition;
  definition.filter = source::conjunction(filters);
  return definition;
}

std::string Ledger::read_part(const LedgerBatch& batch, std::int64_t part) {
  const bool last = part + 1 == key_parts(batch.stored.batch.count);
  if (last && batch.last_part) {
    return *batch.last_part;
  }
  return impl_.reading([&](StoreTransaction& transaction) {
    return transaction.read_key_part(batch.stored.batch.id, part, last);
  });
}

}  // namespace tranche::audit
