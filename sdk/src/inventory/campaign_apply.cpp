#include "inventory/campaign_filter.hpp"
#include "inventory/impl.hpp"

#include "tranche/campaign_plan.hpp"
#include "tranche/definition.hpp"

#include <algorithm>

namespace tranche {

namespace {

/// Stores the ranges of a plan as batches, if the source still has them as they were.
class PlannedRanges {
 public:
  PlannedRanges(StoreTransaction& transaction, const Job& job, const Window& window, Source& source)
      : transaction_(transaction), job_(job), window_(window), source_(source) {}

  void add(const PlannedRange& range) {
    check_place(range);
    std::int64_t reserved = 0;
    int parts = 0;
    Cutter cutter(source_, Limits(), nullptr, [&](const std::string& part) {
      reserved = reserved == 0 ? transaction_.reserve_batch_id() : reserved;
      transaction_.insert_batch_keys(reserved, parts++, part);
    });
    Cut now = cutter.cut(begin_of(range), range.last_key);
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
    passed_ = window_.newest_first ? range.first_key : range.last_key;
  }

  /// Nothing may have come behind the last range.
  void finish() {
    if (!passed_) {
      throw Error(ErrorCode::refused, "the plan has no range; there is nothing to hand out");
    }
    need_empty(rest(), "stands behind the plan's last range");
  }

 private:
  /// What no range has reached yet.
  SourceRange rest() const {
    SourceRange rest{std::nullopt, window_.lower, window_.upper};
    if (passed_ && window_.newest_first) {
      rest.to.reset();
      rest.before = passed_;
    } else if (passed_) {
      rest.from.reset();
      rest.after = passed_;
    }
    return rest;
  }
  /// Of ranges that rise, what stands before one of them counts as its own.
  Position begin_of(const PlannedRange& range) {
    if (!window_.newest_first) {
      return {rest().after, rest().from};
    }
    SourceRange between = rest();
    between.from.reset();
    between.after = range.last_key;
    need_empty(between, "stands behind range " + name_of(range));
    return {std::nullopt, range.first_key};
  }
  void check_place(const PlannedRange& range) const {
    if (range.last_key < range.first_key || *window_.upper < range.last_key ||
        range.first_key < *window_.lower) {
      throw Error(ErrorCode::refused,
                  "the plan is damaged: range " + name_of(range) + " lies beyond its bounds");
    }
    const bool in_order =
        !passed_ || (window_.newest_first ? range.last_key < *passed_ : *passed_ < range.first_key);
    if (!in_order) {
      throw Error(ErrorCode::refused,
                  "the plan is damaged: range " + name_of(range) + " stands out of order");
    }
  }
  void check(const PlannedRange& range, const Cut& now) const {
    const std::string name = "range " + name_of(range);
    if (now.count != range.count || now.weight != range.weight) {
      drifted(name + " was planned with " + amount(range.count, range.weight) + " and has " +
              amount(now.count, now.weight) + " now");
    }
    if (now.digest != range.digest || now.first_key != range.first_key ||
        now.last_key != range.last_key) {
      drifted(name + " has other assets now than when it was planned");
    }
  }
  void need_empty(const SourceRange& range, const std::string& where) {
    source_.scan(range, 1, [&](const Asset& asset) {
      drifted("key " + asset.key.text() + " " + where + " now");
    });
  }
  static std::string name_of(const PlannedRange& range) {
    return range.first_key.text() + " to " + range.last_key.text();
  }
  static std::string amount(std::int64_t count, double weight) {
    return std::to_string(count) + (count == 1 ? " asset" : " assets") + " of weight " +
           format_weight(weight);
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
  std::optional<Key> passed_;
};

}  // namespace

Window Inventory::apply_campaign(const std::string& name, const CampaignPlan& plan) {
  return apply_campaign(name, plan, [&](const std::function<void(const PlannedRange&)>& each) {
    std::for_each(plan.ranges.begin(), plan.ranges.end(), each);
  });
}

Window Inventory::apply_campaign(const std::string& name,
                                 const CampaignPlan& plan,
                                 const TellRanges& ranges) {
  check_campaign_name(name);
  const Job job = find_job(plan.job);
  // It comes from a file that anybody may have written.
  check_campaign_filter(*impl_, job, plan.window.filter);
  check_limits(plan.window.limits);
  check_max_in_flight(plan.window.max_in_flight);
  if (plan.window.missing_version) {
    check_missing_version(*impl_, job, *plan.window.missing_version);
  }
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
    ranges([&](const PlannedRange& range) { planned.add(range); });
    planned.finish();
    transaction.move_frontier(window.id, window.newest_first ? window.lower : window.upper, 0);
    return impl_->need_window(transaction, job, name);
  });
}

}  // namespace tranche
