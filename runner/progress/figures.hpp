#pragma once

#include "tranche/types.hpp"

#include <cstdint>
#include <optional>

namespace tranche::runner {

/// Assets and their weight.
struct Amount {
  std::int64_t count = 0;
  double weight = 0;

  Amount operator+(const Amount& other) const {
    return {count + other.count, weight + other.weight};
  }
  Amount operator-(const Amount& other) const {
    return {count - other.count, weight - other.weight};
  }
};

/// Each second.
struct Rate {
  double count = 0;
  double weight = 0;
};

/// How far a window, or a run of one, has come.
struct Figures {
  Amount done;
  std::optional<Amount> total;  ///< empty: not known yet
  Amount given_up;              ///< part of the total: nobody will process it unless told
  std::int64_t running = 0;     ///< batches
  std::int64_t failed = 0;      ///< batches; of a run: iterations
  std::optional<Rate> rate;
  struct Slowest {
    std::int64_t batch_id = 0;
    Duration running{};
  };
  std::optional<Slowest> slowest;  ///< of those that are running

  /// By weight where there is any, else by count; 1 where there is nothing to do. Empty: no total.
  std::optional<double> share() const;
  /// Until all is done that is not given up, at this rate. Empty: not known, or nothing is running.
  std::optional<Duration> left() const;
};

}  // namespace tranche::runner
