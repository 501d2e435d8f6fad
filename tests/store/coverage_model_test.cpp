#include "store/world.hpp"
#include "support/seed.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <random>
#include <set>

namespace tranche::test {

namespace {

/// Random work on one job with campaigns, and for each asset by itself what its batches say.
class Scene {
 public:
  Scene(World& world, std::uint64_t seed)
      : world_(world), inventory_(world.inventory()), random_(seed) {
    JobDefinition wanted = world.definition();
    wanted.limits.max_count = 4;
    wanted.max_attempts = 2;
    wanted.on_exit = "5=split,6=skip";
    world.create_job(wanted);
  }

  void step() {
    switch (below(12)) {
      case 0:
      case 1:
        insert(below(6) + 1);
        break;
      case 2:
        erase();
        break;
      case 3:
        repair();
        break;
      case 4:
        create_campaign();
        break;
      case 5:
        reset();
        break;
      default:
        work();
    }
  }

  /// Keys of assets that no succeeded batch covers, by a look at each.
  std::set<int> expected() {
    std::map<std::int64_t, Batch> ranges;
    inventory_.list_batches("job", {}, "", [&](const Batch& batch) {
      if (batch.status == BatchStatus::succeeded && !batch.straggler &&
          !narrow_.contains(batch.window)) {
        ranges.emplace(batch.id, batch);
      }
    });
    std::set<int> open;
    for (const int key : keys_) {
      bool in_range = false;
      for (const auto& [id, batch] : ranges) {
        in_range = in_range || (batch.first_key->number() <= key &&
                                key <= batch.last_key->number() && lives(id, key));
      }
      bool waits = false;
      bool done = false;
      for (const BatchHistory& one : inventory_.find_asset("job", std::to_string(key)).batches) {
        if (lives(one.batch.id, key) && !one.batch.superseded) {
          done = done || one.batch.status == BatchStatus::succeeded;
          waits = waits || (one.batch.straggler && one.batch.status != BatchStatus::succeeded);
        }
      }
      if (!done && (waits || !in_range)) {
        open.insert(key);
      }
    }
    return open;
  }

  std::set<int> found() {
    std::set<int> open;
    inventory_.gaps("job", std::nullopt, [&](const Gap& gap) {
      const auto first = keys_.find(static_cast<int>(gap.first_key.number()));
      const auto last = keys_.find(static_cast<int>(gap.last_key.number()));
      REQUIRE((first != keys_.end() && last != keys_.end()));
      CHECK(std::distance(first, last) + 1 == gap.count);
      CHECK(gap.weight == static_cast<double>(gap.count));
      CHECK((open.empty() || *open.rbegin() < *first));
      open.insert(first, std::next(last));
    });
    return open;
  }

 private:
  int below(int end) { return static_cast<int>(random_() % static_cast<std::uint64_t>(end)); }
  std::string a_key() { return std::to_string(below(200)); }

  bool lives(std::int64_t batch_id, int key) const {
    const auto cut = cut_.find(batch_id);
    return cut == cut_.end() || key < cut->second;
  }

  void insert(int count) {
    for (int i = 0; i < count; ++i) {
      // Mostly behind the newest, else late.
      const int key =
          keys_.empty() || below(4) != 0 ? newest() + 1 + below(3) : below(newest() + 1);
      if (keys_.insert(key).second) {
        world_.insert({{std::to_string(key), 1, below(2) == 0 ? "a" : "b"}});
      }
    }
  }
  int newest() const { return keys_.empty() ? 0 : *keys_.rbegin(); }
  void erase() {
    if (keys_.size() > 5) {
      const auto one = std::next(keys_.begin(), below(static_cast<int>(keys_.size()) - 1));
      world_.erase(std::to_string(*one));
      keys_.erase(one);
    }
  }
  void repair() {
    AuditOptions wanted;
    wanted.repair = true;
    inventory_.audit("job", wanted, [](const AuditFinding&) {});
  }
  void create_campaign() {
    const int from = below(newest() + 1);
    const std::string name = "c" + std::to_string(windows_.size());
    if (windows_.size() < 4 && !keys_.empty()) {
      CampaignOptions wanted{
          std::to_string(from), std::to_string(std::min(newest(), from + 20)), {}};
      wanted.filter = below(2) == 0 ? "tag = 'a'" : "";
      wanted.only_missing = below(3) == 0;
      wanted.newest_first = below(3) == 0;
      if (!wanted.filter.empty() || wanted.only_missing) {
        narrow_.insert(name);
      }
      inventory_.create_campaign("job", name, wanted);
      windows_.push_back(name);
    }
  }
  void reset() {
    const int key = below(newest() + 1);
    std::map<std::int64_t, int> ends;
    inventory_.list_batches("job", {}, "incremental", [&](const Batch& batch) {
      ends[batch.id] = static_cast<int>(batch.last_key->number());
    });
    if (refusal([&] { inventory_.reset("job", std::to_string(key)); }).code) {
      return;
    }
    // It goes back to the first key of a batch that had not succeeded.
    const auto from =
        static_cast<int>(inventory_.find_window("job", "incremental").lower->number());
    for (const auto& [id, end] : ends) {
      if (end >= from && lives(id, from)) {
        cut_[id] = from;
      }
    }
  }
  void work() {
    const auto held = inventory_.acquire("job", [&] {
      AcquireOptions options;
      options.window = windows_[static_cast<std::size_t>(below(static_cast<int>(windows_.size())))];
      return options;
    }());
    if (!held.batch) {
      return;
    }
    switch (below(6)) {
      case 0:
        fail(inventory_, *held.batch);
        break;
      case 1:
        fail(inventory_, *held.batch, 5);
        break;
      case 2:
        fail(inventory_, *held.batch, 6);
        break;
      case 3:
        inventory_.cancel({held.batch->id});
        break;
      default:
        succeed(inventory_, *held.batch);
    }
  }

  World& world_;
  Inventory& inventory_;
  std::mt19937_64 random_;
  std::set<int> keys_;
  std::vector<std::string> windows_{std::string(kIncremental)};
  std::set<std::string> narrow_;     ///< windows whose batches cover their keys and no others
  std::map<std::int64_t, int> cut_;  ///< where a reset took over from a batch
};

}  // namespace

TEST_CASE("gaps are the assets whose batches say so one by one, whatever happened", "[store]") {
  on_every_store([](World& world) {
    const std::uint64_t seed = chosen_seed();
    CAPTURE(seed);
    Scene scene(world, seed);
    for (std::uint64_t step = 0; step < chosen_steps(60); ++step) {
      scene.step();
      if (step % 5 == 4) {
        CAPTURE(step);
        REQUIRE(scene.found() == scene.expected());
      }
    }
  });
}

}  // namespace tranche::test
