#pragma once

#include "tranche/adapter.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tranche::adapters {

/// One run of one job as lineage knows it.
struct LineageRun {
  std::string job_namespace;
  std::string job_name;
  std::string run_id;  ///< a UUID
};

/// Whoever began this run, and the first in the chain of those who did.
struct LineageParent {
  LineageRun parent;
  std::optional<LineageRun> root;  ///< empty: not known; a parent may have a root of its own
};

/// OPENLINEAGE_NAMESPACE, else "default".
std::string lineage_namespace(const Environment& environment);

/// One attempt: uuid5(run_id, "BATCH_ID/ITERATION"), so that whoever knows these three finds it,
/// and an event that is sent again is of the same run.
LineageRun attempt_run(const Environment& environment,
                       std::string_view job,
                       std::string_view run_id,
                       std::int64_t batch_id,
                       std::int64_t iteration);

/// From OPENLINEAGE_CONTEXT, else OPENLINEAGE_PARENT_ID and OPENLINEAGE_ROOT_PARENT_ID, else the
/// Airflow task, as Airflow's own provider names it. Empty where nothing valid is there.
std::optional<LineageParent> lineage_parent(const Environment& environment);

}  // namespace tranche::adapters
