#include "json/backlog_json.hpp"

namespace tranche::runner {

namespace {

Json writers_json(const std::vector<Writer>& writers) {
  Json all = Json::array();
  for (const Writer& writer : writers) {
    all.push_back({{"pid", maybe_json(writer.pid)},
                   {"name", text_json(writer.name)},
                   {"age_seconds", maybe_json(writer.age_seconds)}});
  }
  return all;
}

}  // namespace

Json backlog_json(const Backlog& backlog) {
  return {{"job", backlog.job},
          {"window", backlog.window},
          {"count", backlog.count},
          {"weight", weight_json(backlog.weight)},
          {"first_key", key_json(backlog.first_key)},
          {"last_key", key_json(backlog.last_key)},
          {"first_key_text", key_text_json(backlog.first_key)},
          {"last_key_text", key_text_json(backlog.last_key)},
          {"oldest_age_seconds", maybe_json(backlog.oldest_age_seconds)},
          {"ready", backlog.ready},
          {"unsettled", backlog.unsettled},
          {"processing", backlog.processing},
          {"failed", backlog.failed},
          {"exhausted", backlog.exhausted},
          {"cancelled", backlog.cancelled},
          {"writers", writers_json(backlog.writers)}};
}

}  // namespace tranche::runner
