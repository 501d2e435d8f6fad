#include "cli/job_options.hpp"

#include "cli/window_options.hpp"

#include "tranche/database_url.hpp"
#include "tranche/error.hpp"
#include "tranche/exit_policy.hpp"

namespace tranche::cli {
namespace {

void refuse_empty(const char* name, const std::optional<std::string>& value) {
  if (value && value->empty()) {
    throw Error(ErrorCode::usage, std::string(name) + " is empty; accepted is a name");
  }
}

template <typename T, typename U>
void set(T& target, const std::optional<U>& value) {
  if (value) {
    target = *value;
  }
}

struct Clearing {
  const char* flag;
  bool cleared;
  bool also_set;
};

}  // namespace

void add_job_options(Command& c, JobOptions& o) {
  const JobDefinition defaults;
  c.option("--item", o.item, "COL", "Column of the items, such as file locations")
      .default_text("the key");
  c.option("--weight", o.weight, "COL", "Column of the weights, such as file sizes");
  c.option("--filter", o.filter, "SQL", "A condition on columns that do not change: kind = 'csv'");
  c.option("--source", o.source, "URL", "The table's database").default_text("the inventory's");
  add_limits(c, o.limits);
  add_waiting(c, o.limits);
  add_target_duration(c, o.limits);
  add_max_in_flight(c, "--max-in-flight", o.max_in_flight);
  c.option("--max-attempts", o.max_attempts, "N", "Attempts before a batch is exhausted")
      .range(1, kMostAttempts)
      .default_text(std::to_string(defaults.max_attempts));
  c.option("--retry-delay", o.retry_delay, "DUR", "From a failure to the next attempt")
      .default_text(format_duration(defaults.retry_delay));
  c.choices("--retry-backoff",
            o.retry_backoff,
            {"constant", "exponential"},
            "exponential: twice as long after each failure, and up to a quarter more at random")
      .default_text("constant");
  c.option("--max-retry-delay", o.max_retry_delay, "DUR", "Where an exponential delay ends")
      .default_text(format_duration(defaults.max_retry_delay));
  c.option("--on-exit",
           o.on_exit,
           "LIST",
           "Failure policy, first match wins: 75=retry,64-78=fail,KILL=split,timeout=snooze:10m; "
           "also skip, halt, exhausted=")
      .default_text(defaults.on_exit);
  c.option("--lease", o.lease, "DUR", "How long a batch is held without a heartbeat")
      .default_text(format_duration(kRunnerLease) + " under run, " +
                    format_duration(kUnattendedLease) + " under acquire");
  c.option("--start-key", o.start_key, "K", "The first key to hand out")
      .default_text("the table's first");
  c.option("--settle", o.settle, "DUR", "Wait so long before new keys are handed out")
      .default_text(format_duration(defaults.settle));
  c.option(
      "--time-column", o.time_column, "COL", "For the backlog's age, where the key is no time");
  c.flag("--assume-unique", o.assume_unique, "The key is unique though no index says so");
  c.flag(
      "--unstable-filter", o.unstable_filter, "Accept a filter that uses clocks or other tables");
}

void check_job_options(const JobOptions& o) {
  refuse_empty("--table", o.table);
  refuse_empty("--key", o.key);
  refuse_empty("--item", o.item);
  refuse_empty("--weight", o.weight);
  refuse_empty("--time-column", o.time_column);
  check_lease(o.lease);
  check_limits(o.limits);
  if (o.source) {
    DatabaseUrl::parse(*o.source);
  }
  if (o.on_exit) {
    ExitPolicy::parse(*o.on_exit);
  }
}

void apply_job_options(const JobOptions& o, JobDefinition& definition) {
  if (o.source) {
    // In full: a relative path would mean another file to the next caller.
    definition.source = DatabaseUrl::parse(*o.source).full();
  }
  set(definition.table, o.table);
  set(definition.key_column, o.key);
  set(definition.item_column, o.item);
  set(definition.weight_column, o.weight);
  set(definition.time_column, o.time_column);
  set(definition.filter, o.filter);
  set(definition.limits.max_count, o.limits.max_count);
  set(definition.limits.max_weight, o.limits.max_weight);
  set(definition.limits.min_count, o.limits.min_count);
  set(definition.limits.max_wait, o.limits.max_wait);
  set(definition.limits.target_duration, o.limits.target_duration);
  set(definition.max_in_flight, o.max_in_flight);
  set(definition.max_attempts, o.max_attempts);
  set(definition.retry_delay, o.retry_delay);
  if (!o.retry_backoff.empty()) {
    definition.retry_backoff = o.retry_backoff == to_string(RetryBackoff::exponential)
                                   ? RetryBackoff::exponential
                                   : RetryBackoff::constant;
  }
  set(definition.max_retry_delay, o.max_retry_delay);
  set(definition.on_exit, o.on_exit);
  set(definition.lease, o.lease);
  set(definition.start_key, o.start_key);
  set(definition.settle, o.settle);
  definition.assume_unique = definition.assume_unique || o.assume_unique;
  definition.unstable_filter = definition.unstable_filter || o.unstable_filter;
}

void add_clear_options(Command& c, ClearOptions& o) {
  c.flag("--no-item", o.item, "The key is the item");
  c.flag("--no-weight", o.weight, "No weights");
  c.flag("--no-filter", o.filter, "Every asset");
  c.flag("--no-source", o.source, "The table is in the inventory's database");
  c.flag("--no-max-count", o.max_count, "No limit by count");
  c.flag("--no-max-weight", o.max_weight, "No limit by weight");
  c.flag("--no-min-count", o.min_count, "Hand out ranges of any size");
  c.flag("--no-max-wait", o.max_wait, "The default wait");
  c.flag("--no-target-duration", o.target_duration, "Ranges as large as the limits allow");
  c.flag("--no-max-in-flight", o.max_in_flight, "Any number of batches at once");
  c.flag("--no-lease", o.lease, "The default lease");
  c.flag("--no-start-key", o.start_key, "From the table's first key");
  c.flag("--no-time-column", o.time_column, "No column for the age");
  c.flag("--no-assume-unique", o.assume_unique, "Ask for a unique index");
  c.flag("--no-unstable-filter", o.unstable_filter, "Refuse an unstable filter");
}

void check_clear_options(const ClearOptions& clear, const JobOptions& o) {
  const Clearing all[] = {
      {"--no-item", clear.item, o.item.has_value()},
      {"--no-weight", clear.weight, o.weight.has_value()},
      {"--no-filter", clear.filter, o.filter.has_value()},
      {"--no-source", clear.source, o.source.has_value()},
      {"--no-max-count", clear.max_count, o.limits.max_count.has_value()},
      {"--no-max-weight", clear.max_weight, o.limits.max_weight.has_value()},
      {"--no-min-count", clear.min_count, o.limits.min_count.has_value()},
      {"--no-max-wait", clear.max_wait, o.limits.max_wait.has_value()},
      {"--no-target-duration", clear.target_duration, o.limits.target_duration.has_value()},
      {"--no-max-in-flight", clear.max_in_flight, o.max_in_flight.has_value()},
      {"--no-lease", clear.lease, o.lease.has_value()},
      {"--no-start-key", clear.start_key, o.start_key.has_value()},
      {"--no-time-column", clear.time_column, o.time_column.has_value()},
      {"--no-assume-unique", clear.assume_unique, o.assume_unique},
      {"--no-unstable-filter", clear.unstable_filter, o.unstable_filter}};
  for (const Clearing& one : all) {
    if (one.cleared && one.also_set) {
      const std::string flag = one.flag;
      throw Error(ErrorCode::usage,
                  flag + " stands with --" + flag.substr(5) + "; give one of the two");
    }
  }
}

void apply_clear_options(const ClearOptions& clear, JobDefinition& definition) {
  const auto reset = [](bool cleared, auto& value) {
    if (cleared) {
      value = {};
    }
  };
  reset(clear.source, definition.source);
  reset(clear.item, definition.item_column);
  reset(clear.weight, definition.weight_column);
  reset(clear.time_column, definition.time_column);
  reset(clear.filter, definition.filter);
  reset(clear.max_count, definition.limits.max_count);
  reset(clear.max_weight, definition.limits.max_weight);
  reset(clear.min_count, definition.limits.min_count);
  reset(clear.max_wait, definition.limits.max_wait);
  reset(clear.target_duration, definition.limits.target_duration);
  reset(clear.max_in_flight, definition.max_in_flight);
  reset(clear.lease, definition.lease);
  reset(clear.start_key, definition.start_key);
  reset(clear.assume_unique, definition.assume_unique);
  reset(clear.unstable_filter, definition.unstable_filter);
}

}  // namespace tranche::cli
