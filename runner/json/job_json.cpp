#include "json/job_json.hpp"

#include "tranche/database_url.hpp"
#include "tranche/definition.hpp"

namespace tranche::runner {

Json job_json(const Job& job, const Window& incremental) {
  const bool halted = !job.paused && incremental.state == WindowState::paused;
  Json json{{"name", job.name},
            {"version", job.version},
            {"paused", job.paused},
            {"state",
             job.paused ? "paused"
             : halted   ? "halted"
                        : "active"},
            {"state_reason", halted ? text_json(incremental.state_reason) : Json(nullptr)}};
  json.update(Json::parse(to_json(job.definition)));
  if (!job.definition.source.empty()) {
    json["source"] = DatabaseUrl::parse(job.definition.source).redacted();
  }
  json["created_at"] = time_json(job.created_at);
  json["updated_at"] = time_json(job.updated_at);
  return json;
}

}  // namespace tranche::runner
