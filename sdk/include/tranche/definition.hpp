#pragma once

#include "tranche/types.hpp"

#include <string>
#include <string_view>

namespace tranche {

/// A job's definition as JSON: what the inventory stores, `job show` prints and `job apply` reads.
/// Shape:
/// {"source","table","key_column","item_column","weight_column","time_column","filter","max_count","max_weight",
///          "min_count","max_wait","target_duration","max_in_flight",
///          "max_attempts","retry_delay","on_exit","lease","start_key","settle","assume_unique","unstable_filter",
///          "key_type","key_is_time","key_order","key_order_reason"}; durations as "30s".
std::string to_json(const JobDefinition& definition);

/// Reads such JSON. "key", "item" and "weight" are accepted for the column names, numbers of
/// seconds for durations, "10GiB" for weights; absent fields have their defaults. Errors:
/// ErrorCode::usage naming the field and what would be accepted; unknown fields are refused unless
/// `stored`.
JobDefinition definition_from_json(std::string_view text, bool stored = false);

/// Checks the values that need no database: limits, names, policy. Errors: ErrorCode::usage.
void check_definition(const JobDefinition& definition);

/// Names of jobs and campaigns: up to 63 letters, digits, '.', '_' and '-'. `what` is for the
/// message: "job". Errors: ErrorCode::usage.
void check_name(const std::string& name, const std::string& what);
/// Also refuses the name of the window that every job has.
void check_campaign_name(const std::string& name);

}  // namespace tranche
