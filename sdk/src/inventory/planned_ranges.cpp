#include "inventory/acquisition.hpp"

#include <algorithm>

namespace tranche {

namespace {

// What one cuts for the others while they wait: enough for some dozens, and never for long.
constexpr int kFewestAhead = 32;
constexpr int kMostAhead = 1024;
// One in so many of those who take a planned range plans further ones: where they go fast, they
// never run out, and nobody waits. Where many are planned, so small a part of them may go first.
constexpr int kRefill = 16;
constexpr auto kSoon = std::chrono::seconds(1);
constexpr std::int64_t kAssetsAhead = 131'072;
constexpr auto kPlanFor = std::chrono::milliseconds(500);
// As large a range as that is planned ahead.
constexpr std::int64_t kLargestAhead = 32'768;
// Where acquirers with different limits meet, each would take back what the other planned: so many
// cut for themselves before one tries again.
constexpr int kApart = 16;
// Taking what is planned does not look for leases that ended; so often everything is looked at.
constexpr auto kLookAgain = std::chrono::seconds(1);
// What one statement may hold in memory.
constexpr std::int64_t kChunk = 4096;

}  // namespace

std::optional<Handed> Inventory::Impl::Acquisition::hand_over(const Batch& held,
                                                              const ReleaseRequest& request) {
  const auto job = impl_.jobs.find(name_);
  const auto window = job == impl_.jobs.end()
                          ? impl_.windows.end()
                          : impl_.windows.find({job->second.id, options_.window});
  if (request.status != ReleaseRequest::Status::succeeded || options_.retry == RetryMode::only ||
      options_.ordered || window == impl_.windows.end()) {
    return std::nullopt;
  }
  window_ = window->second;
  window_id_ = window_.id;
  adopt(job->second);
  // With a cap the window is locked first, and so it is to learn from the end.
  if (cap() || !held.size_reason.empty() || !ahead().any ||
      std::chrono::steady_clock::now() - ahead().looked_at > kLookAgain) {
    return std::nullopt;
  }
  auto handed = impl_.writing_once([&](StoreTransaction& transaction) {
    return transaction.hand_over(held, success_of(held, request), planned_claim());
  });
  if (!handed) {
    return std::nullopt;
  }
  note_time_of(handed->ended);
  Handed made{std::move(handed->ended), {}};
  if (handed->taken) {
    name_origin(*handed->taken, job_, window_id_, options_.window);
    ahead().taken(*handed->taken);
    made.next = Acquired{std::move(handed->taken), {}, claim_.lease, false};
    refill_after(*made.next->batch);
  } else {
    ahead().any = false;
    // As a rule somebody is planning further ones.
    busy_ = true;
  }
  return made;
}

PlannedClaim Inventory::Impl::Acquisition::planned_claim() {
  return {window_id_,
          job_.version_id,
          job_.definition.key_type,
          job_.definition.max_attempts,
          options_.retry == RetryMode::first,
          claim_,
          limits_,
          ahead().last};
}

std::optional<Batch> Inventory::Impl::Acquisition::take_planned() {
  if (options_.retry == RetryMode::only) {
    return std::nullopt;
  }
  auto taken = impl_.writing_once(
      [&](StoreTransaction& transaction) { return transaction.take_planned(planned_claim()); });
  if (taken) {
    name_origin(*taken, job_, window_id_, options_.window);
    ahead().taken(*taken);
  }
  return taken;
}

void Inventory::Impl::Acquisition::refill_after(const Batch& taken) {
  if (!fast_ || taken.id % std::max(kRefill, ahead().level / kRefill) != 0) {
    return;
  }
  size_ = taken.count;
  try {
    impl_.writing([&](StoreTransaction& transaction) { refill(transaction); });
  } catch (const Error&) {
    // The batch is held; whoever next finds nothing planned will hear of it.
  }
}

void Inventory::Impl::Acquisition::note_time_of(const Batch& ended) {
  fast_ = ended.acquired_at && ended.released_at && *ended.released_at - *ended.acquired_at < kSoon;
}

int Inventory::Impl::Acquisition::ranges_ahead(const LockedWindow& locked, int left) const {
  if (options_.ordered) {
    return 0;
  }
  int wanted = 0;
  if (impl_.store->side_by_side() && (queued_ || fast_) && apart(locked) == 0 && !cap()) {
    // Twice as many where most of them were gone within a second, before there were further ones.
    const int before = locked.planned_ahead;
    wanted = std::clamp(left < before / 2 ? 2 * before : before, kFewestAhead, kMostAhead);
  }
  return std::max(std::min(wanted, options_.most_ahead), options_.least_ahead);
}

int Inventory::Impl::Acquisition::apart(const LockedWindow& locked) const {
  return others_ ? -kApart : std::min(locked.planned_ahead + 1, 0);
}

bool Inventory::Impl::Acquisition::may_plan(std::int64_t size) const {
  // Of other windows it is not known yet what they will hand out, or not where they go on.
  return size <= kLargestAhead && !window_.only_missing && !window_.newest_first;
}

std::vector<NewBatch> Inventory::Impl::Acquisition::plan_ahead(
    const Window& window, int most, std::int64_t size, const Key& after, const Key& to) {
  std::vector<NewBatch> ahead;
  if (!may_plan(size) || most <= 0) {
    return ahead;
  }
  const auto wanted = static_cast<std::size_t>(most);
  std::int64_t room = std::min(kAssetsAhead, most * (size + 1));
  const Limits limits = limits_for(options_, window, job_);
  if (limits.target_duration) {
    // Each range tells how large the next one may be.
    return ahead;
  }
  Source& source = impl_.source_of(job_);
  bool several_parts = false;
  std::optional<Cutter> cutter;
  const auto begin_range = [&] {
    cutter.emplace(source, limits, nullptr, [&](const std::string&) { several_parts = true; });
  };
  // Only full ones: where assets run out, whoever comes later may find more of them.
  const auto end_range = [&] {
    if (cutter->full() && ahead.size() < wanted && !several_parts) {
      Cut range = cutter->finish();
      std::optional<Key> before = ahead.empty() ? after : ahead.back().last_key;
      ahead.push_back(range_of(window, range));
      ahead.back().ahead = PlannedAhead{std::move(before), limits_};
    }
    begin_range();
  };
  begin_range();
  SourceRange rest{after, std::nullopt, to};
  const auto end = std::chrono::steady_clock::now() + kPlanFor;
  const auto take = [&](const Asset& asset) {
    if (!cutter->offer(asset)) {
      end_range();
      cutter->offer(asset);
    }
    if (cutter->full()) {
      end_range();
    }
    rest.after = asset.key;
  };
  try {
    for (bool more = true; more && room > 0 && ahead.size() < wanted && !several_parts &&
                           std::chrono::steady_clock::now() < end;) {
      const std::int64_t chunk = std::min(room, kChunk);
      const std::int64_t read = source.scan(rest, chunk, take);
      more = read == chunk;
      room -= read;
    }
  } catch (const Error&) {
    // An asset that cannot be handed out stops those who get to it.
  }
  return ahead;
}

void Inventory::Impl::Acquisition::refill(StoreTransaction& transaction) {
  const auto locked = transaction.try_lock_window(window_id_, job_.definition.key_type);
  if (!locked || locked->version_id != job_.version_id ||
      !why_closed(locked->window, job_, locked->job_paused).empty()) {
    return;
  }
  const Window& window = locked->window;
  Source& source = impl_.source_of(job_);
  const auto reading = source.begin(kLockedTimeout);
  const Position position = next_position(window);
  auto to = impl_.known_horizon(job_, window);
  to = to ? to : impl_.look_at_horizon(transaction, job_, window, Record::yes);
  if (!position.after || !reaches(position, to)) {
    return;
  }
  const int left = static_cast<int>(transaction.count_planned(window.id));
  const int level = ranges_ahead(*locked, left);
  ahead().level = level;
  const std::vector<NewBatch> ahead = plan_ahead(window, level - left, size_, *position.after, *to);
  if (!ahead.empty()) {
    transaction.insert_planned(ahead);
    transaction.move_frontier(window.id, ahead.back().last_key, level);
  }
}

}  // namespace tranche
