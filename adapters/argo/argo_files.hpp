#pragma once

#include "tranche/observer.hpp"

#include <cstdint>
#include <filesystem>
#include <map>

namespace tranche::adapters {

/// How far a run is, in assets. Neither number ever falls, and done never exceeds total.
class ProgressCount {
 public:
  explicit ProgressCount(std::optional<std::int64_t> iterations) : iterations_(iterations) {}

  void acquired(const BatchAcquired& told);
  void progress(const BatchProgress& told);
  void released(const BatchReleased& told);

  std::int64_t done() const { return done_; }
  /// Handed out so far; with a fixed number of iterations, what they will come to if the later
  /// ones are like the first. 0: nothing yet.
  std::int64_t total() const { return total_; }

 private:
  void update();

  std::optional<std::int64_t> iterations_;
  std::map<std::int64_t, double> held_;          // batch and the assets of it that are done
  std::map<std::int64_t, std::int64_t> counts_;  // of those held
  std::int64_t begun_ = 0;
  std::int64_t handed_out_ = 0;
  std::int64_t succeeded_ = 0;
  std::int64_t done_ = 0;
  std::int64_t total_ = 0;
};

/// Writes output parameters, a file each, and the progress file. Parameters stand there from the
/// start: where a pod is evicted, Argo takes what it finds at that moment.
class ArgoFiles final : public Observer {
 public:
  /// Either may be empty: then it is not written.
  ArgoFiles(std::filesystem::path outputs, std::filesystem::path progress)
      : outputs_(std::move(outputs)), progress_file_(std::move(progress)) {}

  void on_run_started(const RunStarted& told) override;
  void on_batch_acquired(const BatchAcquired& told) override;
  void on_progress(const BatchProgress& told) override;
  void on_batch_released(const BatchReleased& told) override;
  void on_run_finished(const RunFinished& told) override;

 private:
  void write(const std::string& name, const std::string& value);
  void write_totals();
  void write_progress();

  std::filesystem::path outputs_;
  std::filesystem::path progress_file_;
  ProgressCount count_{std::nullopt};
  std::string told_progress_;
  std::map<std::string, std::string> written_;
  Outputs last_outputs_;
  std::int64_t iterations_ = 0;
  std::int64_t succeeded_ = 0;
  std::int64_t failed_ = 0;
  std::int64_t assets_ = 0;
  double weight_ = 0;
  std::optional<Key> first_key_;
  std::optional<Key> last_key_;
};

}  // namespace tranche::adapters
