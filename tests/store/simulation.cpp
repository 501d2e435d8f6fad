#include "store/simulation.hpp"

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace tranche::test {

namespace {

constexpr int kStepsAnEpisode = 150;

std::string told(const Batch& batch) {
  std::ostringstream text;
  text << batch.id << " " << range_of(batch) << " w" << batch.weight << " "
       << to_string(batch.status) << (batch.exhausted ? " exhausted" : "")
       << (batch.skipped ? " skipped" : "") << (batch.superseded ? " superseded" : "") << " a"
       << batch.attempt << "/" << batch.max_attempts << " v" << batch.filter << " @"
       << (batch.available_at ? batch.available_at->time_since_epoch().count() : -1) << " p"
       << batch.parent_id.value_or(0) << " x" << batch.exit_code.value_or(-1);
  return text.str();
}

std::string told(const std::vector<Batch>& batches) {
  std::string text;
  for (const Batch& batch : batches) {
    text += told(batch) + "\n";
  }
  return text;
}

std::string told(const Backlog& backlog) {
  std::ostringstream text;
  text << backlog.count << " w" << backlog.weight << " "
       << (backlog.first_key ? backlog.first_key->text() : "-") << ".."
       << (backlog.last_key ? backlog.last_key->text() : "-") << " " << backlog.processing << " "
       << backlog.failed << " " << backlog.exhausted << " " << backlog.cancelled << " "
       << backlog.ready;
  return text.str();
}

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
    std::string text = std::string(error.what()) + "\nlast steps:";
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
  base_ = last_key_ + 1;
  job_ = "job" + std::to_string(++jobs_);
  definition_ = worlds_[0]->definition();
  definition_.filter = chance(50) ? "tag = 'a'" : "";
  definition_.limits.max_count = chance(70) ? std::optional(pick(1, 12)) : std::nullopt;
  definition_.limits.max_weight =
      chance(50) ? std::optional(static_cast<double>(pick(1, 30))) : std::nullopt;
  definition_.max_attempts = static_cast<int>(pick(1, 4));
  definition_.retry_delay = std::chrono::seconds(pick(0, 20));
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
    definition_.max_attempts = static_cast<int>(pick(1, 4));
    std::map<std::string, std::vector<Batch>> before;
    for (const auto& [window, oracle] : oracles_) {
      before[window] = listed(window);
    }
    each("update", [&](World&, Inventory& inventory, std::size_t) {
      return std::to_string(inventory
                                .update_job(job_,
                                            [&](JobDefinition& wanted) {
                                              wanted.limits.max_count =
                                                  definition_.limits.max_count;
                                              wanted.max_attempts = definition_.max_attempts;
                                            })
                                .version);
    });
    for (auto& [window, batches] : before) {
      forget_taken_back(window, batches);
    }
  } else if (!assets_.empty() && oracles_.size() < 3) {
    const std::int64_t from = pick(base_, last_key_);
    const std::int64_t to = pick(from, last_key_ + 5);
    const std::string name = "c" + std::to_string(oracles_.size());
    each("campaign " + name, [&](World&, Inventory& inventory, std::size_t) {
      return inventory.create_campaign(job_, name, {std::to_string(from), std::to_string(to), {}})
          .upper->text();
    });
    oracles_.emplace(name, Oracle(assets_, {from, to}));
  }
}

void Simulation::acquire_some() {
  AcquireOptions options;
  auto window = oracles_.begin();
  std::advance(window, pick(0, static_cast<std::int64_t>(oracles_.size()) - 1));
  options.window = chance(60) ? "incremental" : window->first;
  options.retry = std::vector{RetryMode::first,
                              RetryMode::first,
                              RetryMode::last,
                              RetryMode::only,
                              RetryMode::none}[static_cast<std::size_t>(pick(0, 4))];
  options.lease = std::chrono::seconds(pick(5, 60));
  if (chance(20)) {
    options.limits.max_count = pick(1, 8);
  }
  options.least_ahead = chance(40) ? static_cast<int>(pick(1, 5)) : 0;
  claim(options.window, options);
}

void Simulation::claim(const std::string& window, const AcquireOptions& options) {
  std::vector<Batch> before = listed(window);
  const TimePoint now = worlds_[0]->now();
  Claimed claimed;
  claimed.window = window;
  std::string planned;
  each("plan", [&](World&, Inventory& inventory, std::size_t) {
    const auto plan = inventory.plan(job_, options, 1);
    planned = plan.empty() ? "none" : range_of(plan[0]);
    return planned;
  });
  const std::string answer =
      each("acquire " + window + " mode " + std::to_string(static_cast<int>(options.retry)),
           [&](World&, Inventory& inventory, std::size_t) {
             const Acquired got = inventory.acquire(job_, options);
             if (!got.batch) {
               return std::string("none");
             }
             claimed.batches.push_back(*got.batch);
             return told(*got.batch);
           });
  adopt_halves(window);
  // The policy for used up attempts may put other batches in place of those that a plan has left
  // out.
  if (definition_.on_exit.find("exhausted") == std::string::npos) {
    hold((claimed.batches.empty() ? "none" : range_of(claimed.batches[0])) == planned,
         "acquire does not hand out what was planned: " + planned);
  }
  const std::vector<Batch> taken_back = forget_taken_back(window, before);
  if (claimed.batches.empty()) {
    return;
  }
  const Batch& batch = claimed.batches[0];
  const auto known = std::find_if(
      before.begin(), before.end(), [&](const Batch& other) { return other.id == batch.id; });
  const bool half = batch.parent_id.has_value();
  Limits limits = definition_.limits;
  limits.max_count = options.limits.max_count ? options.limits.max_count : limits.max_count;
  if (known == before.end() && !half) {
    oracles_.at(window).on_cut(batch, keys_of_batch(batch), limits);
  } else if (known != before.end()) {
    hold(known->available_at && *known->available_at <= now,
         "a batch was handed out before its time");
    hold(known->status == BatchStatus::planned ||
             (options.retry != RetryMode::none && batch.attempt <= definition_.max_attempts),
         "a batch was handed out that must not be");
    for (const Batch& other : before) {
      const bool due =
          other.available_at && *other.available_at <= now &&
          (other.status == BatchStatus::planned || other.attempt < definition_.max_attempts);
      const bool never_held = other.status == BatchStatus::planned && !other.acquired_at;
      if (options.retry == RetryMode::only && never_held) {
        continue;
      }
      const bool same_turn = options.retry == RetryMode::first ||
                             options.retry == RetryMode::only || other.status == known->status;
      hold(!due || !same_turn || !(*other.first_key < *batch.first_key), "an older batch was due");
    }
  }
  adopt_ahead(window, before, batch, limits, taken_back);
  for (const Claimed& other : held_) {
    if (other.batches[0].id == batch.id) {
      const auto stale = std::find_if(
          before.begin(), before.end(), [&](const Batch& b) { return b.id == batch.id; });
      hold(stale != before.end() &&
               (stale->status != BatchStatus::processing || *stale->available_at <= now),
           "two holders at once");
    }
  }
  held_.push_back(std::move(claimed));
}

void Simulation::heartbeat(const Claimed& held) {
  const std::vector<Batch> before = listed(held.window);
  const std::string answer =
      each("heartbeat " + std::to_string(held.batches[0].id),
           [&](World&, Inventory& inventory, std::size_t i) {
             return std::to_string(inventory.heartbeat(held.batches[i].id, held.batches[i].token)
                                       .time_since_epoch()
                                       .count());
           });
  const auto now = std::find_if(before.begin(), before.end(), [&](const Batch& batch) {
    return batch.id == held.batches[0].id;
  });
  const bool holds = now != before.end() && now->token == held.batches[0].token &&
                     now->status == BatchStatus::processing;
  hold(holds == !answer.starts_with("!"), "a heartbeat was answered wrongly");
  hold(holds || told(before) == told(listed(held.window)), "a stale heartbeat changed something");
}

void Simulation::release(const Claimed& held) {
  const std::vector<Batch> before = listed(held.window);
  ReleaseRequest request;
  request.status =
      std::vector{ReleaseRequest::Status::succeeded,
                  ReleaseRequest::Status::failed,
                  ReleaseRequest::Status::failed,
                  ReleaseRequest::Status::returned,
                  ReleaseRequest::Status::not_started}[static_cast<std::size_t>(pick(0, 4))];
  if (request.status == ReleaseRequest::Status::failed) {
    request.exit_code =
        std::vector{1, 75, 65, 70, 137, 99}[static_cast<std::size_t>(chance(50) ? 0 : pick(1, 5))];
  }
  const std::string answer =
      each("release " + std::to_string(held.batches[0].id) + " as " +
               std::to_string(static_cast<int>(request.status)) + " exit " +
               std::to_string(request.exit_code.value_or(-1)),
           [&](World&, Inventory& inventory, std::size_t i) {
             return told(inventory.release(held.batches[i].id, held.batches[i].token, request));
           });
  adopt_halves(held.window);
  const auto now = std::find_if(before.begin(), before.end(), [&](const Batch& batch) {
    return batch.id == held.batches[0].id;
  });
  const bool current = now != before.end() && now->token == held.batches[0].token;
  hold(current || answer.starts_with("!"), "a stale token could release");
  hold(!current || now->status != BatchStatus::processing || !answer.starts_with("!"),
       "the holder could not release");
  if (answer.starts_with("!")) {
    hold(told(before) == told(listed(held.window)), "a refused release changed something");
  }
}

void Simulation::repair() {
  std::vector<Batch> all;
  for (const auto& [window, oracle] : oracles_) {
    const auto some = listed(window);
    all.insert(all.end(), some.begin(), some.end());
  }
  if (all.empty() || chance(20)) {
    each("resume", [&](World&, Inventory& inventory, std::size_t) {
      inventory.pause_job(job_, false);
      for (const auto& [window, oracle] : oracles_) {
        inventory.set_window_state(job_, window, WindowState::active);
      }
      return std::string();
    });
    return;
  }
  const std::int64_t id =
      all[static_cast<std::size_t>(pick(0, static_cast<std::int64_t>(all.size()) - 1))].id;
  const std::int64_t kind = pick(1, 10);
  if (kind <= 5) {
    each("retry " + std::to_string(id), [&](World&, Inventory& inventory, std::size_t) {
      return told(inventory.retry(job_, {id}));
    });
  } else if (kind <= 6) {
    each("retry all", [&](World&, Inventory& inventory, std::size_t) {
      return told(inventory.retry_all_failed(job_, ""));
    });
  } else if (kind <= 9) {
    each("cancel " + std::to_string(id),
         [&](World&, Inventory& inventory, std::size_t) { return told(inventory.cancel({id})); });
  } else {
    each("pause", [&](World&, Inventory& inventory, std::size_t) {
      inventory.pause_job(job_, true);
      return std::string();
    });
  }
}

void Simulation::reset() {
  if (assets_.empty()) {
    return;
  }
  std::vector<Batch> before = listed("incremental");
  const std::int64_t key = pick(base_, last_key_);
  const std::string answer =
      each("reset " + std::to_string(key), [&](World&, Inventory& inventory, std::size_t) {
        return std::to_string(inventory.reset(job_, std::to_string(key)));
      });
  if (!answer.starts_with("!")) {
    forget_taken_back("incremental", before);
    oracles_.at("incremental").on_reset(key, before);
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
    for (int idle = 0; idle < 3;) {
      held_.clear();
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
      const Claimed held = held_.back();
      each("succeed", [&](World&, Inventory& inventory, std::size_t i) {
        return told(succeed(inventory, held.batches[i]));
      });
      check();
    }
    oracle.check_drained(listed(window));
  }
  each("delete", [&](World&, Inventory& inventory, std::size_t) {
    inventory.delete_job(job_);
    return std::string();
  });
}

void Simulation::check() {
  for (const auto& [window, oracle] : oracles_) {
    Backlog backlog;
    bool closed = false;
    each("backlog", [&, w = window](World&, Inventory& inventory, std::size_t i) {
      const Backlog now = inventory.backlog(job_, w);
      if (i == 0) {
        backlog = now;
        closed = inventory.find_job(job_).paused ||
                 inventory.find_window(job_, w).state != WindowState::active;
      }
      return told(now);
    });
    log_.pop_back();
    try {
      oracle.check(listed(window), backlog, worlds_[0]->now(), closed);
    } catch (const std::logic_error& error) {
      throw std::logic_error(window + ": " + error.what() + "\nbacklog " + told(backlog) + "\n" +
                             told(listed(window)));
    }
  }
  if (steps_ % 10 == 0) {
    each("batches", [&](World&, Inventory& inventory, std::size_t) {
      std::vector<Batch> all;
      inventory.list_batches(job_, {}, "", [&](const Batch& batch) { all.push_back(batch); });
      std::string text = told(all);
      if (!all.empty()) {
        const std::int64_t id = all[all.size() / 2].id;
        for (const std::string& attempt : attempts_of(inventory, id)) {
          text += " " + attempt;
        }
        for (const BatchHistory& history :
             inventory.find_asset(job_, all[all.size() / 2].first_key->text()).batches) {
          text += " " + std::to_string(history.batch.id);
        }
      }
      return text;
    });
    log_.pop_back();
  }
}

std::vector<Batch> Simulation::listed(const std::string& window) {
  // What is planned ahead is listed where it is asked for.
  std::map<std::int64_t, Batch> batches;
  const auto keep = [&](const Batch& batch) { batches.insert_or_assign(batch.id, batch); };
  BatchFilter planned;
  planned.status = BatchStatus::planned;
  worlds_[0]->inventory().list_batches(job_, {}, window, keep);
  worlds_[0]->inventory().list_batches(job_, planned, window, keep);
  std::vector<Batch> newest_first;
  for (auto batch = batches.rbegin(); batch != batches.rend(); ++batch) {
    newest_first.push_back(batch->second);
  }
  return newest_first;
}

std::set<std::int64_t> Simulation::keys_of_batch(const Batch& batch) {
  std::set<std::int64_t> keys;
  worlds_[0]->inventory().for_each_asset(
      batch, [&](const Asset& asset) { keys.insert(asset.key.number()); });
  return keys;
}

std::vector<Batch> Simulation::forget_taken_back(const std::string& window,
                                                 std::vector<Batch>& before) {
  std::vector<Batch> taken_back;
  std::set<std::int64_t> still;
  for (const Batch& batch : listed(window)) {
    still.insert(batch.id);
  }
  for (const Batch& batch : before) {
    if (!still.contains(batch.id)) {
      oracles_.at(window).on_taken_back(batch);
      taken_back.push_back(batch);
    }
  }
  std::erase_if(before, [&](const Batch& batch) { return !still.contains(batch.id); });
  return taken_back;
}

void Simulation::adopt_ahead(const std::string& window,
                             const std::vector<Batch>& before,
                             const Batch& acquired,
                             const Limits& limits,
                             const std::vector<Batch>& taken_back) {
  std::vector<Batch> after = listed(window);
  std::sort(after.begin(), after.end(), [](const Batch& a, const Batch& b) { return a.id < b.id; });
  for (const Batch& ahead : after) {
    const bool is_new = std::none_of(
        before.begin(), before.end(), [&](const Batch& other) { return other.id == ahead.id; });
    if (is_new && ahead.id != acquired.id && !ahead.parent_id) {
      hold(ahead.status == BatchStatus::planned, "a batch that nobody asked for");
      // The rest of a range that could not go back as a whole is as large as it is.
      const bool rest = std::any_of(taken_back.begin(), taken_back.end(), [&](const Batch& whole) {
        return whole.first_key == acquired.first_key && whole.last_key == ahead.last_key;
      });
      oracles_.at(window).on_cut(
          ahead, keys_of_batch(ahead), rest ? Limits{ahead.count, std::nullopt} : limits);
    }
  }
}

void Simulation::adopt_halves(const std::string& window) {
  std::map<std::int64_t, std::vector<std::pair<Batch, std::set<std::int64_t>>>> families;
  std::vector<Batch> batches = listed(window);
  std::sort(
      batches.begin(), batches.end(), [](const Batch& a, const Batch& b) { return a.id < b.id; });
  for (const Batch& batch : batches) {
    if (batch.parent_id && halves_known_[*batch.parent_id].insert(batch.id).second) {
      families[*batch.parent_id].emplace_back(batch, keys_of_batch(batch));
    }
  }
  for (const auto& [parent, halves] : families) {
    oracles_.at(window).on_split(parent, halves);
  }
}

}  // namespace tranche::test
