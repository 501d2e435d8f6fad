#pragma once

#include "cli/command.hpp"

#include "tranche/inventory.hpp"

#include <optional>
#include <string>

/// Options that several commands share.
namespace tranche::cli {

/// One window of a job.
struct WindowOptions {
  std::string job;
  std::optional<std::string> campaign;

  std::string window() const { return campaign.value_or(std::string(kIncremental)); }
  /// For messages: "job 'flights'".
  std::string what() const { return "job '" + job + "'"; }
};

void add_job(Command& command, std::string& job);
void add_window(Command& command, WindowOptions& options);
void add_limits(Command& command, Limits& limits);
/// --min-count and --max-wait.
void add_waiting(Command& command, Limits& limits);
void add_max_in_flight(Command& command, std::string_view flag, std::optional<std::int64_t>& most);
void add_target_duration(Command& command, Limits& limits);
/// Errors: usage where the limits contradict each other.
void check_limits(const Limits& limits);
void add_retry_mode(Command& command, std::string& retry);
RetryMode retry_mode(const std::string& word);

/// Errors: usage where `lease` is shorter than tranche can keep.
void check_lease(const std::optional<Duration>& lease);

}  // namespace tranche::cli
