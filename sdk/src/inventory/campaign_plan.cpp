#include "tranche/campaign_plan.hpp"

#include "inventory/impl.hpp"

#include "tranche/definition.hpp"

#include <algorithm>

namespace tranche {

namespace {

/// The newest batches tell how fast the next ones will be.
constexpr std::int64_t kHistory = 1000;

class KeptPlan final : public PlanListener {
 public:
  void begin(const CampaignPlan& begun) override { plan = begun; }
  void add(const PlannedRange& range) override { plan.ranges.push_back(range); }

  CampaignPlan plan;
};

}  // namespace

CampaignPlan Inventory::plan_campaign(const std::string& job,
                                      const std::string& name,
                                      const CampaignOptions& options) {
  KeptPlan kept;
  plan_campaign(job, name, options, kept);
  return std::move(kept.plan);
}

void Inventory::plan_campaign(const std::string& job_name,
                              const std::string& name,
                              const CampaignOptions& options,
                              PlanListener& listener) {
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
  listener.begin(plan);
  impl_->for_each_cut(seen, window, limits, to, [&](const Cut& cut) {
    listener.add(
        {*cut.first_key, *cut.last_key, cut.count, cut.weight, cut.digest, cut.size_reason});
    return true;
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
