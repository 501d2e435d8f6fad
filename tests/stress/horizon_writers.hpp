#pragma once

#include "store/source_session.hpp"

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace tranche::test {

/// Writers that add assets to a partitioned table in every way and at every pace, until stopped.
/// What they committed is what the table holds then.
class Writers {
 public:
  Writers(const World& world, int count, std::uint64_t seed);
  ~Writers() { stop(); }
  /// Every transaction has ended when it returns.
  void stop();

  int transactions() const { return transactions_; }
  const std::vector<std::string>& errors() const { return errors_; }

 private:
  void write(std::uint64_t seed, int number);

  const World& world_;
  std::atomic<bool> stop_ = false;
  std::atomic<int> transactions_ = 0;
  std::mutex lock_;
  std::vector<std::string> errors_;
  std::vector<std::thread> threads_;
};

/// The world's table anew: its keys from an identity, partitioned by tag into assets_a, assets_b
/// and assets_c.
void partition_assets(World& world);

}  // namespace tranche::test
