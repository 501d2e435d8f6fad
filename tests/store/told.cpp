#include "store/told.hpp"

#include "store/world.hpp"

#include <sstream>

namespace tranche::test {

std::string told(const Batch& batch) {
  std::ostringstream text;
  text << batch.id << " " << range_of(batch) << " w" << batch.weight << " "
       << to_string(batch.status) << (batch.exhausted ? " exhausted" : "")
       << (batch.skipped ? " skipped" : "") << (batch.superseded ? " superseded" : "") << " a"
       << batch.attempt << "/" << batch.max_attempts << " v" << batch.filter << " @"
       << (batch.available_at ? batch.available_at->time_since_epoch().count() : -1) << " p"
       << batch.parent_id.value_or(0) << " x" << batch.exit_code.value_or(-1) << " d"
       << batch.done_count << " " << batch.size_reason;
  return text.str();
}

std::string told(const std::vector<Batch>& batches) {
  std::string text;
  for (const Batch& batch : batches) {
    text += told(batch) + "\n";
  }
  return text;
}

std::string told(const Backlog& backlog) {
  std::ostringstream text;
  text << backlog.count << " w" << backlog.weight << " "
       << (backlog.first_key ? backlog.first_key->text() : "-") << ".."
       << (backlog.last_key ? backlog.last_key->text() : "-") << " " << backlog.processing << " "
       << backlog.failed << " " << backlog.exhausted << " " << backlog.cancelled << " "
       << backlog.ready;
  return text.str();
}

std::string told(const JobDefinition& definition) {
  const Limits& limits = definition.limits;
  std::ostringstream text;
  text << "count " << limits.max_count.value_or(0) << " weight " << limits.max_weight.value_or(0)
       << " at least " << limits.min_count.value_or(0) << " for "
       << (limits.max_wait ? format_duration(*limits.max_wait) : "-") << " target "
       << (limits.target_duration ? format_duration(*limits.target_duration) : "-") << " in flight "
       << definition.max_in_flight.value_or(0) << " attempts " << definition.max_attempts << " "
       << definition.on_exit;
  return text.str();
}

}  // namespace tranche::test
