#include "cli/batch_table.hpp"

#include "cli/people.hpp"
#include "json/batch_json.hpp"
#include "log.hpp"

#include "tranche/exit_policy.hpp"

namespace tranche::cli {
namespace {

using Align = Column::Align;

bool is_set(const Json& row, const char* key) {
  const auto field = row.find(key);
  return field != row.end() && field->is_boolean() && field->get<bool>();
}

/// The status, or the word that says more.
std::string status_text(const Json& row) {
  return is_set(row, "superseded")      ? "superseded"
         : is_set(row, "exhausted")     ? "exhausted"
         : is_set(row, "skipped")       ? "skipped"
         : is_set(row, "lease_expired") ? "expired"
                                        : row.at("status").get<std::string>();
}

std::string id_text(const Json& row) {
  return row.at("batch_id").is_null() ? "new" : row.at("batch_id").dump();
}

std::string attempt_text(const Json& row) {
  return row.at("attempt").dump() + "/" + row.at("max_attempts").dump();
}

std::string end_text(const Json& row) {
  if (row.at("message").is_string()) {
    return row.at("message").get<std::string>();
  }
  const auto signal = row.find("signal");
  if (signal != row.end() && signal->is_number()) {
    return "ended by " + signal_name(signal->get<int>());
  }
  const Json& status = row.at("exit_code");
  return status.is_number() && status.get<int>() != 0 ? "exit status " + status.dump()
         : is_set(row, "straggler")                   ? "stragglers"
                                                      : "-";
}

/// Until now where it goes on.
std::function<std::string(const Json&)> took(const char* from, const char* to, TimePoint now) {
  return [from, to, now](const Json& row) {
    return time_between(row.at(from), row.at(to).is_null() ? Json(format_time(now)) : row.at(to));
  };
}

std::string outputs_text(const Json& row) {
  std::string text;
  for (const auto& [name, value] : row.at("outputs").items()) {
    text += (text.empty() ? "" : " ") + name + "=" + value.get<std::string>();
  }
  return text.empty() ? "-" : text;
}

std::string filter_text(const Json& row) {
  const auto& filter = row.at("filter").get_ref<const std::string&>();
  return filter.empty() ? "-" : filter;
}

std::string children_text(const Json& row) {
  std::string text;
  for (const Json& child : row.at("children")) {
    text += (text.empty() ? "" : ", ") + child.dump();
  }
  return text.empty() ? "-" : text;
}

}  // namespace

std::vector<Column> batch_columns(TimePoint now, bool windows) {
  std::vector<Column> columns{{"batch_id", "BATCH", Align::right, 10, id_text}};
  if (windows) {
    columns.push_back({"window", "WINDOW", Align::left, 5});
  }
  const std::vector<Column> rest{
      {"status", "STATUS", Align::left, 9, status_text, true},
      {"first_key", "FIRST", Align::right, 8},
      {"last_key", "LAST", Align::right, 8},
      {"count", "COUNT", Align::right, 7},
      weight_column("weight", "WEIGHT", 4),
      {"attempt", "ATTEMPT", Align::right, 6, attempt_text},
      time_column("acquired_at", "ACQUIRED", 3),
      {"took", "TOOK", Align::right, 2, took("acquired_at", "released_at", now)},
      {"message", "MESSAGE", Align::left, 5, end_text}};
  columns.insert(columns.end(), rest.begin(), rest.end());
  return columns;
}

std::vector<Column> plan_columns() {
  return {{"batch_id", "BATCH", Align::right, 10, id_text},
          {"status", "STATUS", Align::left, 9, status_text, true},
          {"first_key", "FIRST", Align::right, 8},
          {"last_key", "LAST", Align::right, 8},
          {"count", "COUNT", Align::right, 7},
          weight_column("weight", "WEIGHT", 4),
          {"attempt", "ATTEMPT", Align::right, 6, attempt_text}};
}

std::vector<Column> batch_fields(TimePoint now) {
  return {{"batch_id", "BATCH"},
          {"job", "JOB"},
          {"window", "WINDOW"},
          {"status", "STATUS", Align::left, 1, status_text, true},
          {"first_key", "FIRST KEY"},
          {"last_key", "LAST KEY"},
          {"count", "COUNT"},
          {"weight", "WEIGHT"},
          {"size_reason", "SIZE"},
          {"attempt", "ATTEMPT", Align::left, 1, attempt_text},
          {"lease_expires_at", "LEASE UNTIL"},
          {"retry_at", "RETRY AT"},
          {"acquired_at", "ACQUIRED"},
          {"released_at", "RELEASED"},
          {"took", "TOOK", Align::left, 1, took("acquired_at", "released_at", now)},
          {"run_id", "RUN"},
          {"exit_code", "EXIT STATUS"},
          {"message", "MESSAGE"},
          {"outputs", "OUTPUTS", Align::left, 1, outputs_text},
          {"parent_batch_id", "SPLIT FROM"},
          {"children", "SPLIT INTO", Align::left, 1, children_text},
          {"job_version", "JOB VERSION"},
          {"table", "TABLE"},
          {"key_column", "KEY COLUMN"},
          {"filter", "FILTER", Align::left, 1, filter_text}};
}

std::vector<Column> attempt_columns(TimePoint now) {
  return {{"attempt", "ATTEMPT", Align::right, 9},
          {"outcome",
           "OUTCOME",
           Align::left,
           8,
           [](const Json& row) {
             return row.at("outcome").is_null() ? "running" : row.at("outcome").get<std::string>();
           },
           true},
          time_column("started_at", "STARTED", 7),
          {"took", "TOOK", Align::right, 6, took("started_at", "ended_at", now)},
          {"exit_code", "EXIT", Align::right, 5},
          {"message", "MESSAGE", Align::left, 4, end_text},
          run_column(3)};
}

void tell_pruned(std::int64_t batch_id) {
  runner::log::info("the attempts of batch " + std::to_string(batch_id) +
                    " were pruned; the last is told as far as the batch says it");
}

void list_changed(OutputFormat format, Inventory& inventory, const std::vector<Batch>& batches) {
  const TimePoint now = inventory.now();
  Listing listing(format, "batches", batch_columns(now, false));
  for (const Batch& batch : batches) {
    listing.add(runner::batch_json(batch, now));
  }
  listing.finish();
}

}  // namespace tranche::cli
