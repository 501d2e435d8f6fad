#pragma once

#include "json/values.hpp"

namespace tranche::runner {

/// A job as `job show` prints it and `job apply` reads it, the source's password as ***.
nlohmann::ordered_json job_json(const Job& job);

}  // namespace tranche::runner
