#include "sizing/sizer.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace tranche {

namespace {

using nlohmann::json;

constexpr double kGrowth = 4;
constexpr double kRecovery = 1.05;
// From one batch to the next each part of the cost drifts by so much of the whole time.
constexpr double kDrift = 0.01;
// Noise counts as so many times itself before it is taken for an accident.
constexpr double kSurprise = 2;
constexpr double kFirstNoise = 0.25;
constexpr double kLeastNoise = 0.03;
constexpr double kMostNoise = 0.5;
constexpr double kNoiseMemory = 0.95;
// The mean deviation of a normal distribution, times this, is its standard deviation.
constexpr double kFromMean = 1.25;
// A batch that was ended would have taken longer than it did.
constexpr double kBeyondTimeout = 1.25;
constexpr double kShortestSeconds = 0.001;

std::string short_number(double value) {
  std::array<char, 32> digits{};
  constexpr int kDigits = 2;
  const auto end = std::to_chars(
      digits.data(), digits.data() + digits.size(), value, std::chars_format::general, kDigits);
  // Without an exponent where that is short.
  constexpr double kPlainBelow = 1e6;
  if (value >= 10 && value < kPlainBelow) {
    return std::to_string(std::llround(value));
  }
  return {digits.data(), end.ptr};
}

/// Seconds for so much weight that the number is readable: "2.1 s/GiB".
std::string weight_cost(double per_unit) {
  constexpr double kStep = 1024;
  constexpr double kReadable = 0.1;
  const std::array<const char*, 6> units{
      " s a unit of weight", " s/KiB", " s/MiB", " s/GiB", " s/TiB", " s/PiB"};
  std::size_t unit = 0;
  while (per_unit < kReadable && unit + 1 < units.size()) {
    per_unit *= kStep;
    ++unit;
  }
  return short_number(per_unit) + units[unit];
}

std::string counted(double count) {
  const auto whole = static_cast<std::int64_t>(count);
  return std::to_string(whole) + (whole == 1 ? " asset" : " assets");
}

}  // namespace

bool SizePlan::at_bound(std::int64_t count, double weight, double asset_weight) const {
  return static_cast<double>(count) + 1 > max_count ||
         (max_weight && weight + asset_weight > *max_weight);
}

bool SizePlan::takes(std::int64_t count, double weight, double asset_weight) const {
  const double cost = fixed + per_asset * static_cast<double>(count) + per_weight * weight;
  const double more = per_asset + per_weight * asset_weight;
  return !at_bound(count, weight, asset_weight) && cost + more / 2 <= target;
}

double Sizer::total(const Terms& size) const {
  return cost_[0] * size[0] + cost_[1] * size[1] + cost_[2] * size[2];
}

double Sizer::seconds_for(double count, double weight) const {
  return total({1, count, weight});
}

void Sizer::begin(const Terms& size, double seconds) {
  // How the first batch's time is made up nobody knows: half by its assets, half by their weight,
  // and that by far not sure.
  const double half = seconds / 2;
  cost_ = {0, (size[2] > 0 ? half : seconds) / size[1], size[2] > 0 ? half / size[2] : 0};
  for (std::size_t i = 0; i < kTerms; ++i) {
    variance_[i][i] = size[i] > 0 ? half / size[i] * (half / size[i]) : 0;
  }
  noise_ = kFirstNoise;
}

void Sizer::drift(const Terms& size, double expected) {
  for (std::size_t i = 0; i < kTerms; ++i) {
    if (size[i] <= 0) {
      continue;
    }
    const double share = expected / size[i];
    double& variance = variance_[i][i];
    // The first weight that is not 0.
    variance = variance > 0 ? variance : share * share / 4;
    variance =
        std::min(variance + kDrift * kDrift * share * share, std::max(variance, share * share));
  }
}

void Sizer::keep_above_zero(const Terms& size) {
  const double wanted = std::max(total(size), kShortestSeconds);
  bool changed = false;
  for (std::size_t i = 0; i < kTerms; ++i) {
    if (cost_[i] >= 0) {
      continue;
    }
    // What it would trade with the others for is over.
    for (std::size_t j = 0; j < kTerms; ++j) {
      if (j != i) {
        variance_[i][j] = variance_[j][i] = 0;
      }
    }
    cost_[i] = 0;
    changed = true;
  }
  const double now = total(size);
  if (changed && now > 0) {
    for (double& cost : cost_) {
      cost *= wanted / now;
    }
  }
}

void Sizer::learn(const Terms& size, double seconds) {
  const double expected = std::max(total(size), kShortestSeconds);
  drift(size, expected);
  Terms gain{};
  double spread = noise_ * noise_ * expected * expected;
  for (std::size_t i = 0; i < kTerms; ++i) {
    for (std::size_t j = 0; j < kTerms; ++j) {
      gain[i] += variance_[i][j] * size[j];
    }
    spread += gain[i] * size[i];
  }
  const double most = kSurprise * std::sqrt(spread);
  const double error = std::clamp(seconds - expected, -most, most);
  for (std::size_t i = 0; i < kTerms; ++i) {
    cost_[i] += gain[i] / spread * error;
    for (std::size_t j = 0; j < kTerms; ++j) {
      variance_[i][j] -= gain[i] * gain[j] / spread;
    }
  }
  keep_above_zero(size);
  const double share = std::min(std::abs(seconds - expected) / expected, kSurprise * noise_);
  noise_ = std::clamp(
      kNoiseMemory * noise_ + (1 - kNoiseMemory) * kFromMean * share, kLeastNoise, kMostNoise);
}

void Sizer::succeeded(std::int64_t count, double weight, double seconds) {
  if (count < 1) {
    return;
  }
  const auto assets = static_cast<double>(count);
  const Terms size{1, assets, weight};
  seconds = std::max(seconds, kShortestSeconds);
  if (seen_++ == 0) {
    begin(size, seconds);
  } else {
    learn(size, seconds);
  }
  largest_count_ = std::max(largest_count_, assets);
  largest_weight_ = std::max(largest_weight_, weight);
  // Only what reached the ceiling proves that it may be higher.
  const double near = 1 / kRecovery / kRecovery;
  const bool reached = (ceiling_count_ && assets >= *ceiling_count_ * near) ||
                       (ceiling_weight_ && weight >= *ceiling_weight_ * near);
  if (reached) {
    ceiling_count_ = *ceiling_count_ * kRecovery;
    ceiling_weight_ = *ceiling_weight_ * kRecovery;
  }
}

void Sizer::too_large(std::int64_t count, double weight, std::optional<double> timed_out_after) {
  const auto assets = static_cast<double>(count);
  if (seen_ > 0 && timed_out_after && seconds_for(assets, weight) < *timed_out_after) {
    learn({1, assets, weight}, *timed_out_after * kBeyondTimeout);
  }
  const double half = std::max(1.0, std::floor(assets / 2));
  ceiling_count_ = std::min(ceiling_count_.value_or(half), half);
  ceiling_weight_ = std::min(ceiling_weight_.value_or(weight / 2), weight / 2);
  shrunk_by_ = timed_out_after ? "a time-out" : "exit status 137";
}

SizePlan Sizer::plan(Duration target) const {
  SizePlan plan;
  plan.target = std::chrono::duration<double>(target).count();
  plan.reason = "target " + format_duration(target) + ": ";
  if (seen_ == 0) {
    plan.reason += "nothing is known yet";
    plan.bound = "1 asset to begin with";
  } else {
    plan.fixed = cost_[0];
    plan.per_asset = cost_[1];
    plan.per_weight = cost_[2];
    plan.max_count = kGrowth * largest_count_;
    if (largest_weight_ > 0) {
      plan.max_weight = kGrowth * largest_weight_;
    }
    plan.reason += short_number(plan.per_asset) + " s an asset";
    plan.reason += plan.per_weight > 0 ? ", " + weight_cost(plan.per_weight) : "";
    constexpr double kWorthTelling = 0.001;
    plan.reason += plan.fixed > kWorthTelling * plan.target
                       ? ", " + short_number(plan.fixed) + " s a batch"
                       : "";
    plan.bound = "four times the largest before";
  }
  if (ceiling_count_ && *ceiling_count_ < plan.max_count) {
    plan.max_count = std::max(1.0, std::floor(*ceiling_count_));
    plan.bound = counted(plan.max_count) + " after " + shrunk_by_;
  }
  if (ceiling_weight_ && *ceiling_weight_ > 0 &&
      *ceiling_weight_ < plan.max_weight.value_or(HUGE_VAL)) {
    plan.max_weight = *ceiling_weight_;
    plan.bound = counted(plan.max_count) + " or weight " + format_weight_short(*plan.max_weight) +
                 " after " + shrunk_by_;
  }
  return plan;
}

std::string Sizer::text() const {
  const auto maybe = [](const std::optional<double>& value) {
    return value ? json(*value) : json(nullptr);
  };
  return json{{"seen", seen_},
              {"cost", cost_},
              {"variance", variance_},
              {"noise", noise_},
              {"largest", {largest_count_, largest_weight_}},
              {"ceiling", {maybe(ceiling_count_), maybe(ceiling_weight_)}},
              {"shrunk_by", shrunk_by_}}
      .dump();
}

Sizer Sizer::parse(const std::string& text) {
  Sizer sizer;
  try {
    const json read = json::parse(text);
    read.at("seen").get_to(sizer.seen_);
    read.at("cost").get_to(sizer.cost_);
    read.at("variance").get_to(sizer.variance_);
    read.at("noise").get_to(sizer.noise_);
    read.at("largest").at(0).get_to(sizer.largest_count_);
    read.at("largest").at(1).get_to(sizer.largest_weight_);
    if (!read.at("ceiling").at(0).is_null()) {
      sizer.ceiling_count_ = read.at("ceiling").at(0).get<double>();
      sizer.ceiling_weight_ = read.at("ceiling").at(1).get<double>();
    }
    read.at("shrunk_by").get_to(sizer.shrunk_by_);
    return sizer;
  } catch (const json::exception&) {
    return {};
  }
}

}  // namespace tranche
