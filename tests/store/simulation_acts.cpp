#include "store/simulation.hpp"
#include "store/told.hpp"

#include "tranche/key_set.hpp"

#include <algorithm>

namespace tranche::test {

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
  options.ordered =
      (options.retry == RetryMode::first || options.retry == RetryMode::only) && chance(25);
  options.least_ahead = chance(40) ? static_cast<int>(pick(1, 5)) : 0;
  claim(options.window, options);
}

void Simulation::claim(const std::string& window, const AcquireOptions& options) {
  std::vector<Batch> before = listed(window);
  look_around(window);
  const bool newest_first = oracles_.at(window).bounds().newest_first;
  const TimePoint now = worlds_[0]->now();
  Oracle::Restraint restraint = restraint_of(window);
  const auto live = std::count_if(before.begin(), before.end(), [&](const Batch& batch) {
    return batch.status == BatchStatus::processing && *batch.available_at > now;
  });
  Claimed claimed;
  claimed.window = window;
  std::string planned;
  each("plan", [&](World&, Inventory& inventory, std::size_t) {
    const auto plan = inventory.plan(job_, options, 1);
    planned = plan.empty() ? "none" : range_of(plan[0]);
    return planned;
  });
  const std::string answer =
      each("acquire " + window + " mode " + std::to_string(static_cast<int>(options.retry)) +
               (options.ordered ? " in order" : ""),
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
  // Nor does a plan know that a lost last attempt will spend the campaign's error budget.
  const bool halted =
      worlds_[0]->inventory().find_window(job_, window).state != WindowState::active;
  if (definition_.on_exit.find("exhausted") == std::string::npos &&
      !(halted && claimed.batches.empty())) {
    hold((claimed.batches.empty() ? "none" : range_of(claimed.batches[0])) == planned,
         "acquire does not hand out what was planned: " + planned);
  }
  const std::vector<Batch> taken_back = forget_taken_back(window, before);
  if (claimed.batches.empty()) {
    oracles_.at(window).on_passed(worlds_[0]->inventory().find_window(job_, window).frontier);
    return;
  }
  const Batch& batch = claimed.batches[0];
  const auto known = std::find_if(
      before.begin(), before.end(), [&](const Batch& other) { return other.id == batch.id; });
  const bool half = batch.parent_id.has_value();
  Limits limits = definition_.limits;
  limits.max_count = options.limits.max_count ? options.limits.max_count : limits.max_count;
  limits.max_weight = options.limits.max_weight ? options.limits.max_weight : limits.max_weight;
  hold(!restraint.max_in_flight || live < *restraint.max_in_flight,
       "more batches are in flight than may be");
  if (options.ordered) {
    check_order(before, batch, known == before.end() && !half, newest_first);
  }
  if (known == before.end() && !half) {
    restraint.limits.max_count = limits.max_count;
    restraint.limits.max_weight = limits.max_weight;
    hold(!taken_back.empty() || !oracles_.at(window).must_wait(restraint, now),
         "a range was handed out that must wait for more");
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
      const bool is_before =
          newest_first ? *batch.first_key < *other.first_key : *other.first_key < *batch.first_key;
      hold(!due || !same_turn || !is_before, "another batch was due before");
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
  const bool can_be_partial = request.status == ReleaseRequest::Status::failed ||
                              request.status == ReleaseRequest::Status::returned;
  std::set<std::int64_t> done;
  if (can_be_partial && chance(40)) {
    // As the holder knows it: what others made of it since does not matter.
    done = choose_done(held.batches[0]);
    KeySetWriter keys;
    for (const std::int64_t key : done) {
      keys.add(Key::integer(key));
    }
    request.done_keys = {keys.take_part()};
  }
  std::optional<Batch> after;
  const std::string answer = each("release " + std::to_string(held.batches[0].id) + " as " +
                                      std::to_string(static_cast<int>(request.status)) + " exit " +
                                      std::to_string(request.exit_code.value_or(-1)),
                                  [&](World&, Inventory& inventory, std::size_t i) {
                                    const Batch ended = inventory.release(
                                        held.batches[i].id, held.batches[i].token, request);
                                    after = i == 0 ? std::optional(ended) : after;
                                    return told(ended);
                                  });
  adopt_halves(held.window, done);
  if (after && request.status == ReleaseRequest::Status::failed &&
      after->released_at == worlds_[0]->now()) {
    check_failure(*after);
  }
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

void Simulation::check_failure(const Batch& after) {
  if (after.status == BatchStatus::failed && !after.exhausted && after.exit_code == 1) {
    const Duration least = definition_.retry_delay;
    Duration most = least;
    if (definition_.retry_backoff == RetryBackoff::exponential) {
      most = std::max(least, definition_.max_retry_delay);
      most += most / 4;
    }
    const Duration delay = *after.available_at - worlds_[0]->now();
    // Whoever resumes a halted window finds it retryable.
    const bool halted =
        definition_.on_exit.ends_with("exhausted=halt") && delay == Duration::zero();
    hold(halted || (least <= delay && delay <= most), "a retry delay out of bounds");
  }
  const auto budget = budgets_[after.window];
  if (!budget || after.status != BatchStatus::failed || !after.exhausted) {
    return;
  }
  std::int64_t spent = 0;
  for (const Batch& batch : listed(after.window)) {
    const bool failed = batch.status == BatchStatus::failed && batch.exhausted;
    spent += failed && !batch.superseded ? batch.count : 0;
  }
  const Window window = worlds_[0]->inventory().find_window(job_, after.window);
  hold(spent < *budget || window.state == WindowState::paused,
       "a campaign goes on beyond its error budget");
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
    oracles_.at("incremental").on_reset(key, before);
    forget_taken_back("incremental", before);
  }
}

}  // namespace tranche::test
