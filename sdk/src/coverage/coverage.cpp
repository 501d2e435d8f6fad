#include "coverage/coverage.hpp"

#include <algorithm>
#include <utility>

namespace tranche::coverage {

namespace {

std::optional<Scope> scope_of(Inventory::Impl& impl,
                              const Job& job,
                              const Window& window,
                              bool alone) {
  std::optional<Key> last = window.upper;
  if (window.kind == WindowKind::incremental) {
    const auto reading = impl.source_of(job).begin(kScanTimeout);
    last = std::max(window.frontier, impl.ask_horizon(job, window));
  } else if (window.state == WindowState::cancelled && !alone) {
    last = window.frontier;
  }
  if (!last) {
    return std::nullopt;
  }
  const auto first = window.newest_first && window.state == WindowState::cancelled && !alone
                         ? window.frontier
                         : first_key_of(job, window);
  if (window.newest_first && window.frontier) {
    last = window.upper;
  }
  Scope scope{window, {first ? before(*first) : Edge(), behind(*last)}, *last};
  return scope.keys.empty() ? std::nullopt : std::optional(std::move(scope));
}

bool covers(const StoredBatch& stored, const Key& key) {
  return stored.batch.status == BatchStatus::succeeded &&
         (!stored.superseded_from || key < *stored.superseded_from);
}

}  // namespace

std::vector<Scope> scopes_of(Inventory::Impl& impl,
                             const Job& job,
                             const std::optional<std::string>& window) {
  const auto windows = impl.reading([&](StoreTransaction& transaction) {
    return window ? std::vector{impl.need_window(transaction, job, *window)}
                  : transaction.list_windows(job.id, job.definition.key_type);
  });
  std::vector<Scope> scopes;
  for (const Window& one : windows) {
    if (auto scope = scope_of(impl, job, one, window.has_value())) {
      scopes.push_back(std::move(*scope));
    }
  }
  return scopes;
}

Coverage::Coverage(Inventory::Impl& impl, const Job& job, const std::vector<Scope>& scopes)
    : impl_(impl), job_(job), points_(impl) {
  for (const Scope& scope : scopes) {
    windows_.emplace_back(impl, job, scope.window, scope.last);
    window_ids_.push_back(scope.window.id);
    points_.add(impl.reading([&](StoreTransaction& transaction) {
      return transaction.live_stragglers(scope.window.id, std::nullopt, scope.last);
    }));
  }
  points_.sort();
  next_point();
}

void Coverage::next_point() {
  point_ = points_.next();
  // A straggler came late to the ranges of its own window; another window's may well hold it.
  if (point_ && !point_->covered && window_ids_.size() > 1) {
    point_->covered = in_succeeded_range(point_->key);
  }
}

bool Coverage::in_succeeded_range(const Key& key) {
  return impl_.reading([&](StoreTransaction& transaction) {
    const auto around = transaction.batches_around(job_.id, key);
    return std::any_of(around.begin(), around.end(), [&](const StoredBatch& stored) {
      const auto known = std::find(window_ids_.begin(), window_ids_.end(), stored.batch.window_id);
      return covers(stored, key) && known != window_ids_.end() &&
             impl_.holds(transaction, stored, key);
    });
  });
}

std::optional<Stretch> Coverage::next_of_ranges() {
  std::optional<Stretch> merged;
  for (bool more = true; more;) {
    more = false;
    WindowRanges* lowest = nullptr;
    for (WindowRanges& window : windows_) {
      const Stretch* head = window.peek();
      if (head != nullptr && (lowest == nullptr || head->begin < lowest->peek()->begin)) {
        lowest = &window;
      }
    }
    if (lowest != nullptr && (!merged || lowest->peek()->begin <= merged->end)) {
      merged = merged ? Stretch{merged->begin, std::max(merged->end, lowest->peek()->end)}
                      : *lowest->peek();
      lowest->pop();
      more = true;
    }
  }
  return merged;
}

std::optional<Stretch> Coverage::next() {
  while (true) {
    current_ = current_ ? current_ : next_of_ranges();
    if (!point_ || (current_ && current_->end <= before(point_->key))) {
      return std::exchange(current_, std::nullopt);
    }
    const Stretch alone = only(point_->key);
    const bool covered = point_->covered;
    next_point();
    if (!current_ || alone.begin < current_->begin) {
      if (covered) {
        return alone;
      }
    } else if (!covered) {
      const Stretch head{current_->begin, alone.begin};
      current_->begin = alone.end;
      current_ = current_->empty() ? std::nullopt : current_;
      if (!head.empty()) {
        return head;
      }
    }
  }
}

}  // namespace tranche::coverage
