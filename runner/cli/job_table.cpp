#include "cli/job_table.hpp"

#include "cli/people.hpp"

#include "tranche/types.hpp"

namespace tranche::cli {
namespace {

using Align = Column::Align;

std::string state_text(const Json& job) {
  const Json& reason = job.at("state_reason");
  return job.at("state").get<std::string>() +
         (reason.is_string() ? ": " + reason.get<std::string>() : "");
}

std::string source_text(const Json& job) {
  const auto& url = job.at("source").get_ref<const std::string&>();
  return url.empty() ? "the inventory's database" : url;
}

std::string key_text(const Json& job) {
  return job.at("key_column").get<std::string>() + " (" + job.at("key_type").get<std::string>() +
         ")";
}

std::string order_text(const Json& job) {
  const auto& reason = job.at("key_order_reason").get_ref<const std::string&>();
  return job.at("key_order").get<std::string>() + (reason.empty() ? "" : ": " + reason);
}

std::string lease_text(const Json& job) {
  return job.at("lease").is_string() ? job.at("lease").get<std::string>()
                                     : format_duration(kRunnerLease) + " under run, " +
                                           format_duration(kUnattendedLease) + " under acquire";
}

std::string delay_text(const Json& job) {
  const std::string delay = job.at("retry_delay").get<std::string>();
  return job.at("retry_backoff") == "constant"
             ? delay
             : delay + ", doubling up to " + job.at("max_retry_delay").get<std::string>();
}

std::string waiting_text(const Json& job) {
  if (job.at("min_count").is_null()) {
    return "-";
  }
  const Json& wait = job.at("max_wait");
  return job.at("min_count").dump() + ", for " +
         (wait.is_string() ? wait.get<std::string>() : format_duration(kMaxWait)) + " at most";
}

std::string filter_text(const Json& job) {
  const auto& filter = job.at("filter").get_ref<const std::string&>();
  return filter.empty() ? "-" : filter;
}

}  // namespace

std::vector<Column> job_columns() {
  return {{"name", "JOB", Align::left, 9},
          {"state", "STATE", Align::left, 8, {}, true},
          {"table", "TABLE", Align::left, 7},
          {"key_column", "KEY", Align::left, 6},
          {"weight_column", "WEIGHT", Align::left, 3},
          number_column("max_count", "MAX COUNT", 5),
          weight_column("max_weight", "MAX WEIGHT", 5),
          number_column("version", "VERSION", 2),
          time_column("updated_at", "CHANGED", 2),
          {"filter", "FILTER", Align::left, 4, filter_text},
          {"source", "SOURCE", Align::left, 1, source_text}};
}

std::vector<Column> job_fields() {
  return {{"name", "JOB"},
          {"state", "STATE", Align::left, 1, state_text, true},
          {"version", "VERSION"},
          {"source", "SOURCE", Align::left, 1, source_text},
          {"table", "TABLE"},
          {"key_column", "KEY", Align::left, 1, key_text},
          {"key_order", "KEY ORDER", Align::left, 1, order_text},
          {"item_column", "ITEM"},
          {"weight_column", "WEIGHT"},
          {"time_column", "TIME COLUMN"},
          {"filter", "FILTER", Align::left, 1, filter_text},
          {"max_count", "MAX COUNT"},
          {"max_weight", "MAX WEIGHT"},
          {"min_count", "MIN COUNT", Align::left, 1, waiting_text},
          {"target_duration", "TARGET DURATION"},
          {"max_in_flight", "MAX IN FLIGHT"},
          {"max_attempts", "MAX ATTEMPTS"},
          {"retry_delay", "RETRY DELAY", Align::left, 1, delay_text},
          {"on_exit", "ON EXIT"},
          {"lease", "LEASE", Align::left, 1, lease_text},
          {"start_key", "START KEY"},
          {"settle", "SETTLE"},
          {"created_at", "CREATED"},
          {"updated_at", "CHANGED"}};
}

}  // namespace tranche::cli
