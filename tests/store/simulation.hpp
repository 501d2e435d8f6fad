#pragma once

#include "store/model_oracle.hpp"
#include "store/world.hpp"

#include <random>

namespace tranche::test {

/// Several workers in one thread, on a clock that moves when told to: the same seed does the same.
/// Each step is taken on every setup, whose answers must be equal; the oracle judges them.
class Simulation {
 public:
  Simulation(const std::vector<Setup>& all, std::uint64_t seed);
  /// One job from its creation to its drained end and deletion. Returns the steps taken.
  /// Errors: std::logic_error with the history of the last steps.
  int episode();

 private:
  struct Claimed {
    std::vector<Batch> batches;  ///< the same one on each setup
    std::string window;
  };
  using Act = std::function<std::string(World&, Inventory&, std::size_t)>;

  std::int64_t pick(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
  }
  bool chance(int percent) { return pick(1, 100) <= percent; }
  /// Takes a step on every setup; returns the answer, or "! code" of an error.
  std::string each(const std::string& what, const Act& act);

  void begin_job();
  void choose_restraints();
  void step();
  void insert_assets();
  void create_campaign();
  /// The ranges that a campaign begins with where a plan was applied.
  void adopt_plan(const std::string& window);
  void advance(Duration by);
  void acquire_some();
  void claim(const std::string& window, const AcquireOptions& options);
  /// `taken` was acquired in order; `before`: the window's batches before that.
  void check_order(const std::vector<Batch>& before,
                   const Batch& taken,
                   bool is_new,
                   bool newest_first);
  void heartbeat(const Claimed& held);
  void release(const Claimed& held);
  /// What the failure policy made of a batch that was released as failed.
  void check_failure(const Batch& after);
  void repair();
  void reset();
  void drain();
  void check();
  Oracle::Restraint restraint_of(const std::string& window);
  std::vector<Batch> listed(const std::string& window);
  /// Shows a campaign over what is missing the others' ledgers as they are.
  void look_around(const std::string& window);
  /// What succeeded batches of any window hold.
  std::set<std::int64_t> covered_now();
  std::set<std::int64_t> keys_of_batch(const Batch& batch);
  /// Those of `before` that are there no more; `before` goes without them.
  std::vector<Batch> forget_taken_back(const std::string& window, std::vector<Batch>& before);
  /// Ranges planned ahead by an acquire.
  void adopt_ahead(const std::string& window,
                   const std::vector<Batch>& before,
                   const Batch& acquired,
                   const Limits& limits,
                   const std::vector<Batch>& taken_back);
  /// Some of the batch's assets, which its attempt is done with.
  std::set<std::int64_t> choose_done(const Batch& batch);
  void adopt_halves(const std::string& window, const std::set<std::int64_t>& done = {});

  std::mt19937_64 random_;
  std::vector<std::unique_ptr<World>> worlds_;
  std::vector<std::string> log_;
  std::map<std::int64_t, Oracle::Asset> assets_;
  std::map<std::string, Oracle> oracles_;
  std::map<std::int64_t, std::set<std::int64_t>> halves_known_;
  std::map<std::string, std::optional<std::int64_t>> budgets_;
  std::vector<Claimed> held_;    ///< by workers that are alive
  std::vector<Claimed> ghosts_;  ///< claims whose workers crashed, and tokens that were used
  std::string job_;
  JobDefinition definition_;
  std::int64_t base_ = 0;
  std::int64_t last_key_ = 0;
  int jobs_ = 0;
  int steps_ = 0;
};

}  // namespace tranche::test
