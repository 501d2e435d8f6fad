#pragma once

#include "json/values.hpp"
#include "loop/run_options.hpp"
#include "process/file_descriptor.hpp"
#include "progress/figures.hpp"

#include "tranche/types.hpp"

#include <chrono>
#include <deque>
#include <map>
#include <mutex>
#include <optional>

namespace tranche::runner {

/// What the workers of one run share: which iteration is next, what has happened, whether to go on.
/// Threads: any.
class RunState {
 public:
  explicit RunState(const RunOptions& options) : options_(options) {}

  /// Takes one of the iterations that the run may make; false: the run is at its end.
  bool reserve_iteration();
  /// Nothing could be acquired for it.
  void give_back_iteration();
  /// Iterations that the run may make besides those reserved.
  int iterations_left() const;
  /// The number of an iteration that has its batch, from 1.
  std::int64_t number_iteration();

  enum class Result { succeeded, failed, neutral };
  static Result result_of(Outcome outcome);
  /// `status` of the iteration; a failing one that is not 0 becomes the run's, if it is the first.
  /// Neutral (skipped, snoozed, split, stopped) neither ends nor lengthens a row of failures.
  void end_iteration(const Batch& batch, Result result, int status);
  /// Assets that are done, of a batch that is not.
  void add_done(std::int64_t count, double weight);
  /// No further iteration; `status` becomes the run's, if it is the first.
  void end(int status);
  /// Readable once failures have ended the run.
  int ending_fd() const { return ending_event_.get(); }

  /// A batch is being processed for as long as it lives.
  class InFlight {
   public:
    InFlight(RunState& state, std::int64_t batch_id);
    ~InFlight();
    InFlight(const InFlight&) = delete;
    InFlight& operator=(const InFlight&) = delete;

   private:
    RunState& state_;
    const std::int64_t batch_id_;
  };
  struct Snapshot {
    Amount done;  ///< what succeeded
    std::int64_t running = 0;
    std::int64_t failed = 0;  ///< iterations
    struct Slowest {
      std::int64_t batch_id = 0;
      std::chrono::nanoseconds since{};  ///< CLOCK_MONOTONIC
    };
    std::optional<Slowest> slowest;
  };
  Snapshot snapshot() const;

  /// Once for each text.
  void note(const std::string& text);

  int status() const;
  std::int64_t iterations() const;
  std::int64_t succeeded() const;
  std::int64_t failed() const;
  Json summary(const std::string& run_id, int exit_status) const;

 private:
  void keep_status(int status);
  void count_failure();
  void set_ending();
  void add_to_totals(const Batch& batch);

  const RunOptions& options_;
  mutable std::mutex mutex_;
  std::int64_t reserved_ = 0;
  std::int64_t numbered_ = 0;
  std::int64_t finished_ = 0;
  std::int64_t succeeded_ = 0;
  std::int64_t failed_ = 0;
  std::int64_t count_ = 0;  // of what succeeded, as are the weight and the keys
  double weight_ = 0;
  std::optional<Key> first_key_;
  std::optional<Key> last_key_;
  int failures_in_a_row_ = 0;
  bool ending_ = false;
  FileDescriptor ending_event_ = make_event();
  std::optional<int> status_;
  std::string noted_;
  std::deque<Batch> last_batches_;
  std::map<std::int64_t, std::chrono::nanoseconds> in_flight_;  ///< since when, by batch
};

}  // namespace tranche::runner
