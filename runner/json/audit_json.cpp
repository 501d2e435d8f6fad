#include "json/audit_json.hpp"

namespace tranche::runner {

Json finding_json(const AuditFinding& finding) {
  const bool late = finding.kind == AuditFinding::Kind::late;
  const bool changed = finding.kind == AuditFinding::Kind::changed;
  const auto id = [](std::int64_t number) { return number == 0 ? Json(nullptr) : Json(number); };
  return {{"kind", to_string(finding.kind)},
          {"first_key", key_json(finding.first_key)},
          {"last_key", key_json(finding.last_key)},
          {"first_key_text", key_text_json(finding.first_key)},
          {"last_key_text", key_text_json(finding.last_key)},
          {"count", finding.count},
          {"item", late ? Json(finding.item) : Json(nullptr)},
          {"weight", late || changed ? weight_json(finding.weight) : Json(nullptr)},
          {"weight_before", changed ? weight_json(finding.weight_before) : Json(nullptr)},
          {"batch_id", id(finding.batch_id)},
          {"straggler_batch_id", id(finding.repaired_by)}};
}

Json totals_json(const AuditTotals& totals) {
  return {{"ranges", totals.ranges},
          {"stragglers", totals.stragglers},
          {"assets", totals.assets},
          {"late", totals.late},
          {"between", totals.between},
          {"vanished", totals.vanished},
          {"changed", totals.changed},
          {"repaired", totals.repaired},
          {"straggler_batches", totals.repairs}};
}

}  // namespace tranche::runner
