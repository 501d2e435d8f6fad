#include "cli/window_options.hpp"

#include "tranche/error.hpp"

namespace tranche::cli {
namespace {

/// What JSON readers and doubles keep exactly; more is a slip of the keyboard.
constexpr std::int64_t kLargestCount = std::int64_t{1} << 53;

}  // namespace

void add_job(Command& command, std::string& job) {
  command.required("--job", job, "NAME", "The job");
}

void add_window(Command& command, WindowOptions& options) {
  add_job(command, options.job);
  command.option("--campaign", options.campaign, "C", "A campaign of the job")
      .default_text("its incremental window");
}

void add_limits(Command& command, Limits& limits) {
  command.option("--max-count", limits.max_count, "N", "Assets in a batch at most")
      .range(1, kLargestCount);
  command.weight(
      "--max-weight", limits.max_weight, "W", "Weight of a batch at most, such as 10GiB");
}

void add_waiting(Command& command, Limits& limits) {
  command
      .option(
          "--min-count",
          limits.min_count,
          "N",
          "Hand out no new range of fewer assets, unless it is full, the last one of a campaign, "
          "or has waited for --max-wait")
      .range(1, kLargestCount);
  command
      .option("--max-wait",
              limits.max_wait,
              "DUR",
              "How long assets wait for --min-count at most, from when they were first seen")
      .default_text("the job's, else " + format_duration(kMaxWait));
}

void add_max_in_flight(Command& command, std::string_view flag, std::optional<std::int64_t>& most) {
  command
      .option(flag,
              most,
              "N",
              "Batches of a window that are processed at once at most, whoever processes them")
      .range(1, kLargestCount);
}

void add_target_duration(Command& command, Limits& limits) {
  command.option(
      "--target-duration",
      limits.target_duration,
      "DUR",
      "Cut ranges that take about so long, as learned from those before; --max-count and "
      "--max-weight hold all the same");
}

void check_limits(const Limits& limits) {
  if (limits.target_duration && *limits.target_duration < kShortestTarget) {
    throw Error(ErrorCode::usage,
                "--target-duration: '" + format_duration(*limits.target_duration) +
                    "' is too short; accepted is " + format_duration(kShortestTarget) + " or more");
  }
  if (limits.min_count && limits.max_count && *limits.max_count < *limits.min_count) {
    throw Error(ErrorCode::usage,
                "--min-count: '" + std::to_string(*limits.min_count) +
                    "' is above --max-count; accepted is up to " +
                    std::to_string(*limits.max_count));
  }
}

void add_retry_mode(Command& command, std::string& retry) {
  command.choices("--retry",
                  retry,
                  {"first", "last", "only", "none"},
                  "When batches that failed or lost their holder go out again: before new ranges, "
                  "after them, nothing else, or not at all");
}

RetryMode retry_mode(const std::string& word) {
  return word == "last"   ? RetryMode::last
         : word == "only" ? RetryMode::only
         : word == "none" ? RetryMode::none
                          : RetryMode::first;
}

void check_lease(const std::optional<Duration>& lease) {
  if (lease && *lease < kShortestLease) {
    throw Error(ErrorCode::usage,
                "--lease: '" + format_duration(*lease) + "' is too short; accepted is " +
                    format_duration(kShortestLease) + " or more");
  }
}

}  // namespace tranche::cli
