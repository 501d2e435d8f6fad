#pragma once

#include "cli/command.hpp"

#include "tranche/types.hpp"

#include <optional>
#include <string>

namespace tranche::cli {

/// What `job create` and `job update` say about a job; unset: as it is.
struct JobOptions {
  std::optional<std::string> source;
  std::optional<std::string> table;
  std::optional<std::string> key;
  std::optional<std::string> item;
  std::optional<std::string> weight;
  std::optional<std::string> time_column;
  std::optional<std::string> filter;
  Limits limits;
  std::optional<std::int64_t> max_in_flight;
  std::optional<int> max_attempts;
  std::optional<Duration> retry_delay;
  std::string retry_backoff;  ///< empty: as it is
  std::optional<Duration> max_retry_delay;
  std::optional<std::string> on_exit;
  std::optional<Duration> lease;
  std::optional<std::string> start_key;
  std::optional<Duration> settle;
  bool assume_unique = false;
  bool unstable_filter = false;
};

void add_job_options(Command& command, JobOptions& options);

/// What can be refused without a database. Errors: usage.
void check_job_options(const JobOptions& options);

/// Puts what is set into `definition`.
void apply_job_options(const JobOptions& options, JobDefinition& definition);

/// Flags of `job update` that clear what is optional: --no-filter and others.
struct ClearOptions {
  bool source = false;
  bool item = false;
  bool weight = false;
  bool time_column = false;
  bool filter = false;
  bool max_count = false;
  bool max_weight = false;
  bool min_count = false;
  bool max_wait = false;
  bool target_duration = false;
  bool max_in_flight = false;
  bool lease = false;
  bool start_key = false;
  bool assume_unique = false;
  bool unstable_filter = false;
};

void add_clear_options(Command& command, ClearOptions& options);
/// Errors: usage where an option is both set and cleared.
void check_clear_options(const ClearOptions& clear, const JobOptions& options);
void apply_clear_options(const ClearOptions& options, JobDefinition& definition);

}  // namespace tranche::cli
