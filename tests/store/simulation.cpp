#include "store/simulation.hpp"

#include "store/told.hpp"

#include <algorithm>
#include <stdexcept>

namespace tranche::test {

namespace {

constexpr int kStepsAnEpisode = 150;
// Each step looks at all batches: what is left after so many small ones goes out in larger ones.
constexpr int kSmallBatches = 40;
const Limits kLarge{50, 500};

}  // namespace

Simulation::Simulation(const std::vector<Setup>& all, std::uint64_t seed) : random_(seed) {
  for (const Setup& setup : all) {
    worlds_.push_back(std::make_unique<World>(setup));
  }
}

std::string Simulation::each(const std::string& what, const Act& act) {
  std::string first;
  for (std::size_t i = 0; i < worlds_.size(); ++i) {
    std::string answer;
    try {
      answer = act(*worlds_[i], worlds_[i]->inventory(), i);
    } catch (const Error& error) {
      answer = "! " + std::to_string(static_cast<int>(error.code()));
      if (i == 0) {
        log_.push_back(std::string("  ") + error.what());
      }
    }
    if (i == 0) {
      first = answer;
      log_.push_back(what + " -> " + answer);
    }
    hold(answer == first,
         what + ": " + worlds_[0]->setup().name + " answers\n" + first + "\nand " +
             worlds_[i]->setup().name + "\n" + answer);
  }
  return first;
}

int Simulation::episode() {
  const int before = steps_;
  try {
    begin_job();
    for (int i = 0; i < kStepsAnEpisode; ++i) {
      ++steps_;
      step();
      check();
    }
    drain();
  } catch (const std::logic_error& error) {
    std::string text = std::string(error.what()) + "\njob: " + told(definition_) + "\nlast steps:";
    for (std::size_t i = log_.size() > 60 ? log_.size() - 60 : 0; i < log_.size(); ++i) {
      text += "\n" + log_[i];
    }
    throw std::logic_error(text);
  }
  return steps_ - before;
}

void Simulation::begin_job() {
  log_.clear();
  assets_.clear();
  oracles_.clear();
  held_.clear();
  ghosts_.clear();
  halves_known_.clear();
  budgets_.clear();
  base_ = last_key_ + 1;
  job_ = "job" + std::to_string(++jobs_);
  definition_ = worlds_[0]->definition();
  definition_.filter = chance(50) ? "tag = 'a'" : "";
  definition_.limits.max_count = chance(70) ? std::optional(pick(1, 12)) : std::nullopt;
  definition_.limits.max_weight =
      chance(50) ? std::optional(static_cast<double>(pick(1, 30))) : std::nullopt;
  choose_restraints();
  definition_.max_attempts = static_cast<int>(pick(1, 4));
  definition_.retry_delay = std::chrono::seconds(pick(0, 20));
  definition_.retry_backoff = chance(50) ? RetryBackoff::exponential : RetryBackoff::constant;
  definition_.max_retry_delay = std::chrono::seconds(pick(0, 60));
  const std::vector<std::string> ends{
      "", ",exhausted=split", ",exhausted=skip", ",exhausted=halt", ",exhausted=fail"};
  definition_.on_exit = "75=snooze:15s,65=skip,70=fail,137=split,99=halt,*=retry" +
                        ends[static_cast<std::size_t>(chance(60) ? 0 : pick(1, 4))];
  definition_.start_key = std::to_string(base_);
  each("create", [&](World& world, Inventory& inventory, std::size_t) {
    JobDefinition wanted = definition_;
    wanted.table = world.table();
    return std::to_string(inventory.create_job(job_, wanted).version);
  });
  oracles_.emplace("incremental", Oracle(assets_, {base_, std::nullopt}));
}

void Simulation::choose_restraints() {
  Limits& limits = definition_.limits;
  limits.min_count =
      chance(25) ? std::optional(pick(2, limits.max_count.value_or(12) + 1)) : std::nullopt;
  if (limits.max_count && limits.min_count > limits.max_count) {
    limits.min_count = limits.max_count;
  }
  limits.max_wait =
      chance(50) ? std::optional<Duration>(std::chrono::seconds(pick(0, 60))) : std::nullopt;
  definition_.max_in_flight = chance(25) ? std::optional(pick(1, 4)) : std::nullopt;
  // Whether a range is full by its target the oracle cannot tell.
  limits.target_duration = !limits.min_count && chance(25)
                               ? std::optional<Duration>(std::chrono::seconds(pick(1, 60)))
                               : std::nullopt;
}

void Simulation::insert_assets() {
  std::vector<Row> rows;
  for (std::int64_t i = pick(1, 25); i > 0; --i) {
    last_key_ += pick(1, 3);
    const Oracle::Asset asset{static_cast<double>(chance(5) ? 40 : pick(0, 9)),
                              definition_.filter.empty() || chance(60)};
    assets_[last_key_] = asset;
    rows.push_back({std::to_string(last_key_), asset.weight, asset.matches ? "a" : "b"});
  }
  for (const auto& world : worlds_) {
    world->insert(rows);
  }
  log_.push_back("insert up to " + std::to_string(last_key_));
}

void Simulation::advance(Duration by) {
  for (const auto& world : worlds_) {
    world->advance(by);
  }
  log_.push_back("advance " + format_duration(by));
}

void Simulation::step() {
  const std::int64_t dice = pick(1, 100);
  if (dice <= 10) {
    insert_assets();
  } else if (dice <= 22) {
    advance(std::chrono::seconds(chance(80) ? pick(1, 20) : pick(20, 100)));
  } else if (dice <= 52) {
    acquire_some();
  } else if (dice <= 60 && !held_.empty()) {
    heartbeat(
        held_[static_cast<std::size_t>(pick(0, static_cast<std::int64_t>(held_.size()) - 1))]);
  } else if (dice <= 78 && !held_.empty()) {
    const auto at = held_.begin() + pick(0, static_cast<std::int64_t>(held_.size()) - 1);
    const Claimed taken = *at;
    held_.erase(at);
    ghosts_.push_back(taken);
    release(taken);
  } else if (dice <= 82 && !held_.empty()) {
    // A crash: nobody will speak for this claim, but for a ghost.
    ghosts_.push_back(held_.back());
    held_.pop_back();
    log_.push_back("crash");
  } else if (dice <= 88 && !ghosts_.empty()) {
    const Claimed ghost =
        ghosts_[static_cast<std::size_t>(pick(0, static_cast<std::int64_t>(ghosts_.size()) - 1))];
    chance(50) ? heartbeat(ghost) : release(ghost);
  } else if (dice <= 95) {
    repair();
  } else if (dice <= 97) {
    reset();
  } else if (dice == 98) {
    definition_.limits.max_count = chance(70) ? std::optional(pick(1, 12)) : std::nullopt;
    choose_restraints();
    definition_.max_attempts = static_cast<int>(pick(1, 4));
    std::map<std::string, std::vector<Batch>> before;
    for (const auto& [window, oracle] : oracles_) {
      before[window] = listed(window);
    }
    each("update", [&](World&, Inventory& inventory, std::size_t) {
      return std::to_string(inventory
                                .update_job(job_,
                                            [&](JobDefinition& wanted) {
                                              wanted.limits = definition_.limits;
                                              wanted.max_in_flight = definition_.max_in_flight;
                                              wanted.max_attempts = definition_.max_attempts;
                                            })
                                .version);
    });
    for (auto& [window, batches] : before) {
      forget_taken_back(window, batches);
    }
  } else if (!assets_.empty() && oracles_.size() < 3) {
    create_campaign();
  }
}

void Simulation::drain() {
  log_.push_back("drain");
  each("resume", [&](World&, Inventory& inventory, std::size_t) {
    inventory.pause_job(job_, false);
    for (const auto& [window, oracle] : oracles_) {
      inventory.set_window_state(job_, window, WindowState::active);
    }
    return std::string();
  });
  for (const auto& [window, oracle] : oracles_) {
    AcquireOptions options;
    options.window = window;
    int taken = 0;
    for (int idle = 0; idle < 15;) {
      held_.clear();
      options.limits = taken < kSmallBatches ? Limits() : kLarge;
      claim(window, options);
      if (held_.empty()) {
        ++idle;
        advance(std::chrono::minutes(5));
        // What a crash on the last attempt has halted goes on.
        each("resume", [&, w = window](World&, Inventory& inventory, std::size_t) {
          inventory.set_window_state(job_, w, WindowState::active);
          return std::string();
        });
        continue;
      }
      idle = 0;
      ++taken;
      const Claimed held = held_.back();
      each("succeed", [&](World&, Inventory& inventory, std::size_t i) {
        return told(succeed(inventory, held.batches[i]));
      });
      check();
    }
    look_around(window);
    oracle.check_drained(listed(window));
  }
  each("delete", [&](World&, Inventory& inventory, std::size_t) {
    inventory.delete_job(job_);
    return std::string();
  });
}

}  // namespace tranche::test
