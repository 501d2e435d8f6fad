#include "tranche/campaign_plan.hpp"

#include "inventory/campaign_filter.hpp"
#include "inventory/impl.hpp"

#include "tranche/definition.hpp"

#include <algorithm>

namespace tranche {

namespace {

/// The newest batches tell how fast the next ones will be.
constexpr std::int64_t kHistory = 1000;

/// Stores the ranges of a plan as batches, if the source still has them as they were.
class PlannedRanges {
 public:
  PlannedRanges(StoreTransaction& transaction, const Job& job, const Window& window, Source& source)
      : transaction_(transaction), job_(job), window_(window), source_(source) {}

  void add(const PlannedRange& range) {
    std::int64_t reserved = 0;
    int parts = 0;
    Cutter cutter(source_, Limits(), nullptr, [&](const std::string& part) {
      reserved = reserved == 0 ? transaction_.reserve_batch_id() : reserved;
      transaction_.insert_batch_keys(reserved, parts++, part);
    });
    if (*window_.upper < range.last_key || range.first_key < *window_.lower) {
      throw Error(ErrorCode::refused,
                  "the plan is damaged: " + name_of(range) + "lies beyond its bounds");
    }
    Cut now = cutter.cut(next(), range.last_key);
    check(range, now);
    NewBatch made;
    made.id = reserved;
    made.window_id = window_.id;
    made.version_id = job_.version_id;
    made.first_key = now.first_key;
    made.last_key = now.last_key;
    made.count = now.count;
    made.weight = now.weight;
    made.digest = now.digest;
    made.last_part = std::move(now.last_part);
    made.max_attempts = job_.definition.max_attempts;
    made.size_reason = range.size_reason;
    transaction_.insert_batch(made, nullptr);
    after_ = range.last_key;
  }

  /// Nothing may have come behind the last range.
  void finish() {
    SourceRange rest{next().after, next().from, window_.upper};
    source_.scan(rest, 1, [&](const Asset& asset) {
      drifted("key " + asset.key.text() + " stands behind the plan's last range now");
    });
  }

 private:
  Position next() const {
    return after_ ? Position{after_, std::nullopt} : Position{std::nullopt, window_.lower};
  }
  static std::string name_of(const PlannedRange& range) {
    return "range " + range.first_key.text() + " to " + range.last_key.text() + " ";
  }
  static std::string amount(std::int64_t count, double weight) {
    return std::to_string(count) + (count == 1 ? " asset" : " assets") + " of weight " +
           format_weight(weight);
  }
  void check(const PlannedRange& range, const Cut& now) const {
    const std::string name = name_of(range);
    if (now.count != range.count || now.weight != range.weight) {
      drifted(name + "was planned with " + amount(range.count, range.weight) + " and has " +
              amount(now.count, now.weight) + " now");
    }
    if (now.digest != range.digest || now.first_key != range.first_key) {
      drifted(name + "has other assets now than when it was planned");
    }
  }
  [[noreturn]] void drifted(const std::string& how) const {
    throw Error(ErrorCode::refused,
                "the source of job '" + job_.name + "' has changed: " + how +
                    "; plan the campaign again with --dry-run --save FILE");
  }

  StoreTransaction& transaction_;
  const Job& job_;
  const Window& window_;
  Source& source_;
  std::optional<Key> after_;
};

}  // namespace

CampaignPlan Inventory::plan_campaign(const std::string& job_name,
                                      const std::string& name,
                                      const CampaignOptions& options) {
  const Job job = find_job(job_name);
  CampaignPlan plan{job.name, job.version, impl_->define_campaign(job, name, options), {}};
  const bool taken = impl_->reading([&](StoreTransaction& transaction) {
    return transaction.find_window(job.id, name, job.definition.key_type).has_value();
  });
  if (taken) {
    throw Error(ErrorCode::refused,
                "the job has a campaign named '" + name + "' already; choose another name");
  }
  Window& window = plan.window;
  const Job seen = narrowed(job, window);
  const Limits limits = Impl::limits_for({}, window, seen);
  const auto reading = impl_->source_of(seen).begin(kCountTimeout);
  const auto to = impl_->ask_horizon(seen, window);
  // What comes later is in no range of the plan.
  window.upper = to ? std::min(*window.upper, *to) : window.upper;
  impl_->for_each_cut(seen, window, limits, to, [&](const Cut& cut) {
    plan.ranges.push_back(
        {*cut.first_key, *cut.last_key, cut.count, cut.weight, cut.digest, cut.size_reason});
    return true;
  });
  return plan;
}

Window Inventory::apply_campaign(const std::string& name, const CampaignPlan& plan) {
  check_campaign_name(name);
  const Job job = find_job(plan.job);
  if (plan.ranges.empty()) {
    throw Error(ErrorCode::refused, "the plan has no range; there is nothing to hand out");
  }
  // It comes from a file that anybody may have written.
  check_campaign_filter(*impl_, job, plan.window.filter);
  check_limits(plan.window.limits);
  check_max_in_flight(plan.window.max_in_flight);
  std::vector<PlannedRange> ranges = plan.ranges;
  std::sort(ranges.begin(), ranges.end(), [](const PlannedRange& a, const PlannedRange& b) {
    return a.first_key < b.first_key;
  });
  return impl_->writing([&](StoreTransaction& transaction) {
    Window window = plan.window;
    window.job_id = job.id;
    window.name = name;
    window.learned = impl_->need_window(transaction, job, std::string(kIncremental)).learned;
    window.id = Impl::insert_campaign(transaction, window);
    const Job seen = narrowed(job, window);
    Source& all = impl_->source_of(seen);
    const auto missing = impl_->missing_in(&transaction, seen, window, all);
    Source& source = missing ? *missing : all;
    const auto reading = source.begin(kCountTimeout);
    PlannedRanges planned(transaction, seen, window, source);
    for (const PlannedRange& range : ranges) {
      planned.add(range);
    }
    planned.finish();
    transaction.move_frontier(window.id, window.newest_first ? window.lower : window.upper, 0);
    return impl_->need_window(transaction, job, name);
  });
}

Pace Inventory::pace_of(const std::string& job) {
  BatchFilter newest;
  newest.status = BatchStatus::succeeded;
  newest.limit = kHistory;
  double seconds = 0;
  double weight = 0;
  std::int64_t count = 0;
  list_batches(job, newest, "", [&](const Batch& batch) {
    // What an attempt was done with before it failed says nothing of how long that took.
    const bool part = batch.straggler && batch.parent_id;
    if (!batch.skipped && !part && batch.acquired_at && batch.released_at) {
      seconds += std::chrono::duration<double>(*batch.released_at - *batch.acquired_at).count();
      count += batch.count;
      weight += batch.weight;
    }
  });
  Pace pace;
  if (count > 0) {
    pace.seconds_per_asset = seconds / static_cast<double>(count);
  }
  if (weight > 0) {
    pace.seconds_per_weight = seconds / weight;
  }
  return pace;
}

std::optional<double> Pace::seconds_of(std::int64_t count, double weight) const {
  if (seconds_per_weight && weight > 0) {
    return *seconds_per_weight * weight;
  }
  return seconds_per_asset ? std::optional(*seconds_per_asset * static_cast<double>(count))
                           : std::nullopt;
}

}  // namespace tranche
