#include "store/simulation.hpp"
#include "store/told.hpp"

#include <algorithm>
#include <stdexcept>

namespace tranche::test {

std::set<std::int64_t> Simulation::covered_now() {
  std::set<std::int64_t> covered;
  for (const auto& [name, other] : oracles_) {
    std::set<std::int64_t> succeeded;
    for (const Batch& batch : listed(name)) {
      if (batch.status == BatchStatus::succeeded) {
        succeeded.insert(batch.id);
      }
    }
    covered.merge(other.held_by(succeeded));
  }
  return covered;
}

void Simulation::look_around(const std::string& window) {
  Oracle& oracle = oracles_.at(window);
  if (!oracle.bounds().only_missing) {
    return;
  }
  oracle.see(covered_now(), worlds_[0]->inventory().find_window(job_, window).frontier);
}

void Simulation::check() {
  for (const auto& [window, oracle] : oracles_) {
    look_around(window);
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
      oracle.check(listed(window), backlog, worlds_[0]->now(), closed, restraint_of(window));
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

Oracle::Restraint Simulation::restraint_of(const std::string& window) {
  const Window found = worlds_[0]->inventory().find_window(job_, window);
  return {found,
          definition_.limits,
          found.max_in_flight ? found.max_in_flight : definition_.max_in_flight};
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

std::set<std::int64_t> Simulation::choose_done(const Batch& batch) {
  std::set<std::int64_t> done = keys_of_batch(batch);
  std::erase_if(done, [this](std::int64_t) { return chance(60); });
  return done;
}

void Simulation::adopt_halves(const std::string& window, const std::set<std::int64_t>& done) {
  std::map<std::int64_t, Oracle::Parts> families;
  std::map<std::int64_t, Batch> batches;
  for (const Batch& batch : listed(window)) {
    batches[batch.id] = batch;
  }
  std::set<std::int64_t> set_aside;
  for (const auto& [id, batch] : batches) {
    if (batch.parent_id && halves_known_[*batch.parent_id].insert(id).second) {
      families[*batch.parent_id].emplace_back(batch, keys_of_batch(batch));
      if (batch.straggler && batch.status == BatchStatus::succeeded) {
        set_aside.merge(keys_of_batch(batch));
      }
    }
  }
  hold(set_aside.empty() || set_aside == done, "other assets are done than were reported");
  for (auto& [parent, parts] : families) {
    if (!batches.at(parent).superseded) {
      parts.emplace_back(batches.at(parent), keys_of_batch(batches.at(parent)));
    }
    oracles_.at(window).on_split(parent, parts);
  }
}

}  // namespace tranche::test
