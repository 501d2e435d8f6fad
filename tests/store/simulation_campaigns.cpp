#include "store/simulation.hpp"

#include "tranche/campaign_plan.hpp"

#include <algorithm>

namespace tranche::test {

void Simulation::create_campaign() {
  const std::int64_t from = pick(base_, last_key_);
  const std::int64_t to = pick(from, last_key_ + 5);
  const std::string name = "c" + std::to_string(oracles_.size());
  CampaignOptions options{std::to_string(from), std::to_string(to), {}, {}};
  options.max_in_flight = chance(20) ? std::optional(pick(1, 3)) : std::nullopt;
  if (chance(50)) {
    options.halt_after = chance(50) ? std::to_string(pick(1, 10)) : "20%";
  }
  Oracle::Bounds bounds{from, to};
  if (chance(40)) {
    bounds.above = static_cast<double>(pick(0, 5));
    options.filter = "weight > " + format_weight(*bounds.above);
  }
  bounds.only_missing = options.only_missing = chance(40);
  bounds.newest_first = options.newest_first = chance(40);
  const bool by_plan = chance(25);
  const std::string answer =
      each("campaign " + name + (options.only_missing ? " only missing" : "") +
               (options.newest_first ? " newest first" : "") + (by_plan ? " by plan " : " ") +
               options.filter,
           [&](World&, Inventory& inventory, std::size_t) {
             const Window made = by_plan ? inventory.apply_campaign(
                                               name, inventory.plan_campaign(job_, name, options))
                                         : inventory.create_campaign(job_, name, options);
             budgets_[name] = made.halt_count;
             bounds.upper = made.upper->number();
             return made.upper->text() + " " + std::to_string(made.halt_count.value_or(0));
           });
  if (answer.starts_with("!")) {
    // A plan without a range.
    return;
  }
  oracles_.emplace(name, Oracle(assets_, bounds));
  adopt_plan(name);
}

void Simulation::adopt_plan(const std::string& window) {
  Oracle& oracle = oracles_.at(window);
  const bool newest_first = oracle.bounds().newest_first;
  oracle.see(covered_now(), std::nullopt);
  std::vector<Batch> planned = listed(window);
  std::sort(planned.begin(), planned.end(), [&](const Batch& a, const Batch& b) {
    return newest_first ? b.first_key < a.first_key : a.first_key < b.first_key;
  });
  for (const Batch& batch : planned) {
    oracle.on_cut(batch, keys_of_batch(batch), definition_.limits);
  }
}

void Simulation::check_order(const std::vector<Batch>& before,
                             const Batch& taken,
                             bool is_new,
                             bool newest_first) {
  const TimePoint now = worlds_[0]->now();
  for (const Batch& other : before) {
    const bool live = other.status == BatchStatus::processing && *other.available_at > now;
    hold(!live, "in order, a second batch is in flight");
    const bool given_up =
        other.status == BatchStatus::failed && other.exhausted && !other.superseded;
    hold(!given_up, "in order, a batch was handed out beside one that has failed for good");
    const bool out_of_attempts =
        other.status != BatchStatus::planned && other.attempt >= definition_.max_attempts;
    if (other.id != taken.id && other.available_at && !out_of_attempts) {
      const bool is_before =
          newest_first ? *taken.first_key < *other.first_key : *other.first_key < *taken.first_key;
      hold(!is_new && !is_before, "in order, a batch was passed by");
    }
  }
}

}  // namespace tranche::test
