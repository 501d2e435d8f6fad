#pragma once

#include "json/values.hpp"

namespace tranche::runner {

/// A job as `job show` prints it and `job apply` reads it, the source's password as ***.
/// `incremental` is the window that every job has: the failure policy can halt it.
nlohmann::ordered_json job_json(const Job& job, const Window& incremental);

/// Fields of job_json() that say how the job is, not what it should be.
inline constexpr const char* kJobStateFields[] = {"state", "state_reason"};

}  // namespace tranche::runner
