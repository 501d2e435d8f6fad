#pragma once

#include "tranche/units.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace tranche {

/// How large the next range may be so that it takes about as long as wanted. A value.
struct SizePlan {
  double target = 0;  ///< seconds
  double fixed = 0;   ///< seconds a batch
  double per_asset = 0;
  double per_weight = 0;
  double max_count = 1;
  std::optional<double> max_weight;
  std::string reason;  ///< for people, without what ended the range
  std::string bound;   ///< the same of max_count and max_weight

  /// Whether an asset of this weight belongs into a range that has so many already: it does where
  /// that brings the range nearer to the target.
  bool takes(std::int64_t count, double weight, double asset_weight) const;
  /// Whether max_count or max_weight is what keeps it out.
  bool at_bound(std::int64_t count, double weight, double asset_weight) const;
};

/// Learns how long batches take: fixed + per asset + per unit of weight, in seconds.
///
/// A Kalman filter over these three. Each drifts from batch to batch, so what is long ago counts
/// less and less; a batch that took surprisingly long moves the estimate no further than noise
/// could explain. What the counts and weights seen do not tell apart stays as it was, which is all
/// that predicting similar batches needs.
///
/// A range may have four times the assets and weight of the largest that has succeeded. One that
/// was too large (exit status 137, a time-out) halves both at once, until successes have raised
/// them again, by a twentieth each.
/// Threads: a value.
class Sizer {
 public:
  /// Of text(). Empty, or of another kind: nothing is known.
  static Sizer parse(const std::string& text);
  std::string text() const;

  /// A batch has succeeded after so many seconds.
  void succeeded(std::int64_t count, double weight, double seconds);
  /// A batch ran out of memory, or out of time after so many seconds.
  void too_large(std::int64_t count, double weight, std::optional<double> timed_out_after);

  SizePlan plan(Duration target) const;
  double seconds_for(double count, double weight) const;

 private:
  static constexpr int kTerms = 3;
  using Terms = std::array<double, kTerms>;

  double total(const Terms& size) const;
  void learn(const Terms& size, double seconds);
  /// A batch of this size is expected to take as long as before.
  void keep_above_zero(const Terms& size);
  void begin(const Terms& size, double seconds);
  void drift(const Terms& size, double expected);

  std::int64_t seen_ = 0;
  Terms cost_{};                          ///< seconds a batch, an asset, a unit of weight
  std::array<Terms, kTerms> variance_{};  ///< of these
  double noise_ = 0;                      ///< of a batch's time, as a share of it
  double largest_count_ = 0;              ///< that has succeeded
  double largest_weight_ = 0;
  std::optional<double> ceiling_count_;  ///< since a batch was too large
  std::optional<double> ceiling_weight_;
  std::string shrunk_by_;
};

}  // namespace tranche
