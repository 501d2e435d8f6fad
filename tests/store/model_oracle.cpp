#include "store/model_oracle.hpp"

#include <algorithm>
#include <stdexcept>

namespace tranche::test {

namespace {

// A batch that was given back goes out again even where the job allows fewer attempts by now.
constexpr int kMostEver = 4;

}  // namespace

void hold(bool good, const std::string& what) {
  if (!good) {
    throw std::logic_error(what);
  }
}

bool Oracle::is_behind(std::int64_t key, const std::optional<Key>& frontier) const {
  return frontier && (bounds_.newest_first ? key >= frontier->number() : key <= frontier->number());
}

bool Oracle::takes(std::int64_t key, const Asset& asset) const {
  return asset.matches && (!bounds_.above || asset.weight > *bounds_.above) &&
         (!bounds_.only_missing || (!covered_.contains(key) && !is_behind(key, frontier_)));
}

void Oracle::see(std::set<std::int64_t> covered, const std::optional<Key>& frontier) {
  covered_ = std::move(covered);
  frontier_ = frontier;
}

std::set<std::int64_t> Oracle::held_by(const std::set<std::int64_t>& batch_ids) const {
  std::set<std::int64_t> keys;
  for (const auto& [key, holder] : holder_) {
    if (batch_ids.contains(holder)) {
      keys.insert(key);
    }
  }
  return keys;
}

void Oracle::on_passed(const std::optional<Key>& frontier) const {
  for (const std::int64_t key : waiting()) {
    hold(!is_behind(key, frontier), "key " + std::to_string(key) + " was passed by");
  }
}

std::vector<std::int64_t> Oracle::waiting() const {
  std::vector<std::int64_t> keys;
  for (const auto& [key, asset] : assets_) {
    if (takes(key, asset) && (in_window(key) || left_.contains(key)) && !holder_.contains(key)) {
      keys.push_back(key);
    }
  }
  return keys;
}

void Oracle::on_cut(const Batch& batch, const std::set<std::int64_t>& keys, const Limits& limits) {
  std::vector<std::int64_t> next = waiting();
  std::vector<std::int64_t> taken(keys.begin(), keys.end());
  if (bounds_.newest_first) {
    std::reverse(next.begin(), next.end());
    std::reverse(taken.begin(), taken.end());
  }
  hold(!keys.empty(), "a batch without assets");
  hold(taken.size() <= next.size() && std::equal(taken.begin(), taken.end(), next.begin()),
       "a range is not what is next");
  hold(batch.count == static_cast<std::int64_t>(keys.size()),
       "a batch's count is not that of its keys");
  hold(batch.first_key->number() == *keys.begin() && batch.last_key->number() == *keys.rbegin(),
       "a batch's bounds are not those of its keys");
  double weight = 0;
  for (const std::int64_t key : keys) {
    weight += assets_.at(key).weight;
    holder_[key] = batch.id;
  }
  hold(batch.weight == weight, "a batch's weight is not that of its assets");
  const bool count_full = limits.max_count && batch.count >= *limits.max_count;
  hold(!limits.max_count || batch.count <= *limits.max_count,
       "a batch is above its limit by count");
  hold(!limits.max_weight || batch.count == 1 || weight <= *limits.max_weight,
       "a batch is above its limit by weight");
  // Up to a range that was planned behind it, and that an operator took hold of.
  const bool fenced = !bounds_.newest_first && keys.size() < next.size() &&
                      holder_.upper_bound(*keys.rbegin()) != holder_.end() &&
                      holder_.upper_bound(*keys.rbegin())->first < next[keys.size()];
  if (keys.size() < next.size() && !count_full && !fenced && !limits.target_duration) {
    hold(limits.max_weight && weight + assets_.at(next[keys.size()]).weight > *limits.max_weight,
         "a batch ends before its limit");
  }
}

bool Oracle::must_wait(const Restraint& restraint, TimePoint now) const {
  const Limits& limits = restraint.limits;
  const Window& window = restraint.window;
  const std::vector<std::int64_t> next = waiting();
  if (!limits.min_count || next.empty() ||
      static_cast<std::int64_t>(next.size()) >= *limits.min_count) {
    return false;
  }
  double weight = 0;
  for (const std::int64_t key : next) {
    weight += assets_.at(key).weight;
  }
  const auto count = static_cast<std::int64_t>(next.size());
  const bool full = (limits.max_count && count >= *limits.max_count) ||
                    (limits.max_weight && count > 1 && weight > *limits.max_weight);
  const bool complete = bounds_.upper && assets_.rbegin()->first >= *bounds_.upper;
  const bool waited = window.waiting_since && next.front() <= window.waiting_key->number() &&
                      *window.waiting_since + limits.max_wait.value_or(kMaxWait) <= now;
  return !bounds_.newest_first && !full && !complete && !waited &&
         limits.max_wait != Duration::zero();
}

void Oracle::on_taken_back(const Batch& batch) {
  hold(batch.status == BatchStatus::planned && !batch.acquired_at, "a batch that was held is gone");
  std::erase_if(holder_, [&](const auto& held) {
    const bool is_back = held.second == batch.id;
    if (is_back && !in_window(held.first)) {
      left_.insert(held.first);
    }
    return is_back;
  });
}

void Oracle::on_split(std::int64_t parent, const Parts& parts) {
  std::set<std::int64_t> before;
  for (const auto& [key, holder] : holder_) {
    if (holder == parent) {
      before.insert(key);
    }
  }
  std::set<std::int64_t> after;
  for (const auto& [part, keys] : parts) {
    hold(part.count == static_cast<std::int64_t>(keys.size()),
         "a part's count is not that of its keys");
    for (const std::int64_t key : keys) {
      hold(after.insert(key).second, "a key in two parts");
      holder_[key] = part.id;
    }
  }
  hold(before == after, "the parts do not hold what the batch held");
}

void Oracle::on_reset(std::int64_t key, const std::vector<Batch>& batches) {
  // Live batches that straddle the key: those without success go back as a whole.
  std::int64_t from = key;
  for (const Batch& batch : batches) {
    const bool live = std::any_of(holder_.begin(), holder_.end(), [&](const auto& held) {
      return held.second == batch.id && held.first >= key;
    });
    // What is left of a batch keeps the whole range.
    const bool reaches =
        batch.done_count > 0 && !batch.superseded && batch.last_key->number() >= key;
    if ((live || reaches) && batch.status != BatchStatus::succeeded) {
      from = std::min(from, batch.first_key->number());
    }
  }
  holder_.erase(holder_.lower_bound(from), holder_.end());
  bounds_.lower = from;
}

void Oracle::check(const std::vector<Batch>& batches,
                   const Backlog& backlog,
                   TimePoint now,
                   bool closed,
                   const Restraint& restraint) const {
  std::map<std::int64_t, const Batch*> by_id;
  for (const Batch& batch : batches) {
    by_id[batch.id] = &batch;
    hold(batch.attempt >= 0 && batch.attempt <= kMostEver, "attempts without bound");
    hold(!batch.superseded || (batch.status != BatchStatus::processing && !batch.available_at),
         "a superseded batch can be handed out");
  }
  // What is held and what waits: a held asset never lies behind a waiting one.
  const std::vector<std::int64_t> fresh = waiting();
  for (const auto& [key, holder] : holder_) {
    hold(by_id.contains(holder) && !by_id[holder]->superseded,
         "key " + std::to_string(key) + " is held by a superseded batch");
    hold(fresh.empty() || key < bounds_.lower ||
             (bounds_.newest_first ? key > fresh.back() : key < fresh.front()),
         "key " + std::to_string(fresh.empty() ? 0 : fresh.front()) + " was skipped");
  }
  const auto live = std::count_if(batches.begin(), batches.end(), [&](const Batch& batch) {
    return batch.status == BatchStatus::processing && *batch.available_at > now;
  });
  closed = closed || (restraint.max_in_flight && live >= *restraint.max_in_flight);
  const bool waits = must_wait(restraint, now);
  Backlog expected;
  std::set<std::int64_t> open;
  const auto count = [&](std::int64_t key) {
    const Asset& asset = assets_.at(key);
    ++expected.count;
    expected.weight += asset.weight;
    expected.first_key =
        std::min(expected.first_key.value_or(Key::integer(key)), Key::integer(key));
    expected.last_key = std::max(expected.last_key.value_or(Key::integer(key)), Key::integer(key));
  };
  for (const std::int64_t key : fresh) {
    count(key);
    expected.ready += closed || waits ? 0 : 1;
  }
  for (const auto& [key, holder] : holder_) {
    const Batch& batch = *by_id[holder];
    if (batch.status == BatchStatus::succeeded) {
      continue;
    }
    count(key);
    expected.ready += !closed && batch.available_at && *batch.available_at <= now ? 1 : 0;
    if (batch.done_count > 0) {
      expected.first_key = std::min(expected.first_key, batch.first_key);
      expected.last_key = std::max(expected.last_key, batch.last_key);
    }
    if (open.insert(holder).second) {
      expected.processing += batch.status == BatchStatus::processing ? 1 : 0;
      expected.failed += batch.status == BatchStatus::failed && !batch.exhausted ? 1 : 0;
      expected.exhausted += batch.status == BatchStatus::failed && batch.exhausted ? 1 : 0;
      expected.cancelled += batch.status == BatchStatus::cancelled ? 1 : 0;
    }
  }
  const auto same = [](const char* what, auto told, auto known) {
    hold(told == known, std::string("backlog tells another ") + what);
  };
  same("count", backlog.count, expected.count);
  same("weight", backlog.weight, expected.weight);
  same("first key", backlog.first_key, expected.first_key);
  same("last key", backlog.last_key, expected.last_key);
  same("number processing", backlog.processing, expected.processing);
  same("number failed", backlog.failed, expected.failed);
  same("number exhausted", backlog.exhausted, expected.exhausted);
  same("number cancelled", backlog.cancelled, expected.cancelled);
  same("number ready", backlog.ready, expected.ready);
}

void Oracle::check_drained(const std::vector<Batch>& batches) const {
  hold(waiting().empty(), "an asset was never handed out");
  std::map<std::int64_t, const Batch*> by_id;
  for (const Batch& batch : batches) {
    by_id[batch.id] = &batch;
  }
  for (const auto& [key, holder] : holder_) {
    const Batch& batch = *by_id.at(holder);
    const bool ended = batch.status == BatchStatus::succeeded ||
                       batch.status == BatchStatus::cancelled ||
                       (batch.status == BatchStatus::failed && batch.exhausted);
    hold(ended && !batch.superseded, "key " + std::to_string(key) + " has not ended");
  }
}

}  // namespace tranche::test
