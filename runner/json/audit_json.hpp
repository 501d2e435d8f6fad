#pragma once

#include "json/values.hpp"

#include "tranche/audit.hpp"

namespace tranche::runner {

/// Fields that say nothing of a kind of finding are null.
nlohmann::ordered_json finding_json(const AuditFinding& finding);
nlohmann::ordered_json totals_json(const AuditTotals& totals);

}  // namespace tranche::runner
