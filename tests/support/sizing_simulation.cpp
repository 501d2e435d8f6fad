#include "support/sizing_simulation.hpp"

#include "sizing/sizer.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <queue>
#include <random>
#include <vector>

namespace tranche::test {

namespace {

constexpr double kWithin = 0.2;
constexpr double kGiB = 1073741824.0;

/// The same numbers from the same seed, whatever the standard library.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  /// In (0, 1].
  double share() {
    constexpr double kSteps = 9007199254740992.0;
    constexpr int kUnused = 11;
    return (static_cast<double>(random_() >> kUnused) + 1) / kSteps;
  }
  double normal() {
    return std::sqrt(-2 * std::log(share())) * std::cos(2 * std::numbers::pi * share());
  }

 private:
  std::mt19937_64 random_;
};

double wave(double at, double period) {
  return std::sin(2 * std::numbers::pi * at / period);
}

/// Weights of one asset after the other, in bytes.
class Weights {
 public:
  explicit Weights(std::uint64_t seed) : dice_(seed) {}
  double next() {
    constexpr double kMean = 0.1;  // GiB
    constexpr double kTail = 1.6;
    constexpr double kMost = 30;
    constexpr double kSeason = 40'000;
    constexpr double kTrend = 300'000;
    constexpr double kRushes = 1.0 / 20'000;
    constexpr double kRush = 1'500;
    rush_ = rush_ > 0 ? rush_ - 1 : dice_.share() < kRushes ? kRush : 0;
    const double at = asset_++;
    const double level =
        kMean * (1 + 0.6 * wave(at, kSeason)) * (1 + 0.4 * wave(at, kTrend)) * (rush_ > 0 ? 4 : 1);
    const double pareto = (kTail - 1) / kTail * std::pow(dice_.share(), -1 / kTail);
    return std::floor(std::min(level * pareto, kMost) * kGiB);
  }

 private:
  Dice dice_;
  double asset_ = 0;
  double rush_ = 0;
};

struct Size {
  std::int64_t count = 0;
  double weight = 0;
};

class Simulation {
 public:
  explicit Simulation(const SizingWorld& world)
      : world_(world), weights_(world.seed), dice_(world.seed + 1), waiting_(weights_.next()) {}

  using Takes = std::function<bool(const Size&, double weight)>;
  /// Ends with the batch's time, or before it has succeeded.
  using Ended = std::function<void(const Size&, double seconds, bool success)>;

  SizingResult run(const std::function<Takes()>& plan, const Ended& ended) {
    SizingResult result;
    std::vector<double> misses;
    double assets = 0;
    struct Running {
      double ends;
      Size size;
      double seconds;
      bool success;
      bool operator>(const Running& other) const { return ends > other.ends; }
    };
    std::priority_queue<Running, std::vector<Running>, std::greater<>> running;
    double now = 0;
    const int warm_up = world_.warm_up * world_.runners;
    const int batches = warm_up + world_.batches;
    for (int batch = 0; batch < batches || !running.empty();) {
      if (batch < batches && static_cast<int>(running.size()) < world_.runners) {
        const Size size = cut(plan());
        const bool success = world_.oom_gib <= 0 || size.weight <= world_.oom_gib * kGiB;
        const double seconds = time_of(size, now) * (success ? 1 : 0.5);
        running.push({now + seconds, size, seconds, success});
        if (batch++ >= warm_up) {
          result.failures += success ? 0 : 1;
          misses.push_back(std::abs(seconds / world_.target_seconds - 1));
          result.hits += success && misses.back() <= kWithin ? 1 : 0;
          result.worst = std::max(result.worst, seconds / world_.target_seconds);
          assets += static_cast<double>(size.count);
        }
        continue;
      }
      const Running first = running.top();
      running.pop();
      now = first.ends;
      ended(first.size, first.seconds, first.success);
    }
    result.judged = static_cast<int>(misses.size());
    result.hits /= result.judged;
    result.mean_count = assets / result.judged;
    std::nth_element(misses.begin(), misses.begin() + result.judged / 2, misses.end());
    result.median_miss = misses[misses.size() / 2];
    return result;
  }

 private:
  Size cut(const Takes& takes) {
    Size size;
    do {
      ++size.count;
      size.weight += waiting_;
      waiting_ = weights_.next();
    } while (takes(size, waiting_));
    return size;
  }

  double time_of(const Size& size, double now) {
    constexpr double kDrift = 250;  // targets
    const double drift = 1 + 0.25 * wave(now, kDrift * world_.target_seconds);
    const double seconds = world_.fixed_seconds +
                           world_.asset_seconds * static_cast<double>(size.count) * drift +
                           world_.gib_seconds * size.weight / kGiB * drift;
    const double spike = dice_.share() < world_.spikes ? 1.5 + 2.5 * dice_.share() : 1;
    return seconds * std::exp(world_.noise * dice_.normal()) * spike;
  }

  const SizingWorld& world_;
  Weights weights_;
  Dice dice_;
  double waiting_;
};

}  // namespace

SizingResult simulate_sizer(const SizingWorld& world) {
  Sizer sizer;
  const Duration target(std::llround(world.target_seconds * 1000));
  return Simulation(world).run(
      [&]() -> Simulation::Takes {
        return [plan = sizer.plan(target)](const Size& size, double weight) {
          return plan.takes(size.count, size.weight, weight);
        };
      },
      [&](const Size& size, double seconds, bool success) {
        if (success) {
          sizer.succeeded(size.count, size.weight, seconds);
        } else {
          sizer.too_large(size.count, size.weight, std::nullopt);
        }
        // As an inventory keeps it.
        sizer = Sizer::parse(sizer.text());
      });
}

SizingResult simulate_fixed(const SizingWorld& world, std::int64_t count) {
  return Simulation(world).run(
      [&]() -> Simulation::Takes {
        return [count](const Size& size, double) { return size.count < count; };
      },
      [](const Size&, double, bool) {});
}

SizingResult simulate_best_fixed(const SizingWorld& world) {
  constexpr std::int64_t kFewest = 200;
  constexpr std::int64_t kMost = 900;
  constexpr std::int64_t kStep = 50;
  SizingResult best;
  for (std::int64_t count = kFewest; count <= kMost; count += kStep) {
    const SizingResult result = simulate_fixed(world, count);
    best = result.hits > best.hits ? result : best;
  }
  return best;
}

}  // namespace tranche::test
