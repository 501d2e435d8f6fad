#include "json/backlog_json.hpp"

#include "json/writer_json.hpp"

namespace tranche::runner {

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
