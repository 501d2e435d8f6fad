#pragma once

#include "loop/run_options.hpp"

#include "tranche/types.hpp"

#include <deque>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>

namespace tranche::runner {

/// What the workers of one run share: which iteration is next, what has happened, whether to go on.
/// Threads: any.
class RunState {
 public:
  explicit RunState(const RunOptions& options) : options_(options) {}

  /// The number of the next iteration; empty: the run is at its end.
  std::optional<std::int64_t> begin_iteration();
  /// Nothing could be acquired for it: the number is free again.
  void give_back_iteration();

  enum class Result { succeeded, failed, neutral };
  /// `status` of the iteration; a failing one that is not 0 becomes the run's, if it is the first. Neutral (skipped,
  /// snoozed, split, stopped) neither ends nor lengthens a row of failures.
  void end_iteration(const Batch& batch, Result result, int status);
  /// No further iteration; `status` becomes the run's, if it is the first.
  void end(int status);
  bool ending() const;

  /// Once for each text.
  void note(const std::string& text);

  int status() const;
  std::int64_t iterations() const;
  std::int64_t succeeded() const;
  std::int64_t failed() const;
  nlohmann::ordered_json summary(const std::string& run_id, int exit_status) const;

 private:
  void keep_status(int status);

  const RunOptions& options_;
  mutable std::mutex mutex_;
  std::int64_t begun_ = 0;
  std::int64_t finished_ = 0;
  std::int64_t succeeded_ = 0;
  std::int64_t failed_ = 0;
  std::int64_t count_ = 0;
  double weight_ = 0;
  std::optional<Key> first_key_;
  std::optional<Key> last_key_;
  int failures_in_a_row_ = 0;
  bool ending_ = false;
  std::optional<int> status_;
  std::string noted_;
  std::deque<Batch> last_batches_;
};

}  // namespace tranche::runner
