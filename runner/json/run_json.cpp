#include "json/run_json.hpp"

namespace tranche::runner {

Json run_json(const Run& run) {
  const auto link = run.identity.find("link");
  return {{"run_id", run.id},
          {"job", run.job},
          {"window", run.window},
          {"started_at", time_json(run.started_at)},
          {"ended_at", time_json(run.ended_at)},
          {"exit_status", maybe_json(run.exit_status)},
          {"succeeded", run.succeeded},
          {"failed", run.failed},
          {"command", run.command},
          {"host", run.host},
          {"boot_id", run.boot_id},
          {"pid", run.pid},
          {"user", run.user},
          {"identity", outputs_json(run.identity)},
          {"link", link == run.identity.end() ? Json(nullptr) : Json(link->second)},
          {"version", run.version}};
}

}  // namespace tranche::runner
