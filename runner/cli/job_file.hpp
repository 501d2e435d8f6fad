#pragma once

#include "tranche/types.hpp"

#include <string>
#include <vector>

namespace tranche::cli {

/// A job as a file describes it.
struct WantedJob {
  std::string name;
  JobDefinition definition;
  std::string where;  ///< for messages: "jobs.json, job 'flights'"
};

/// Reads one job or an array of them; `path` may be "-" for standard input.
/// Errors: refused naming the file, the job and the field.
std::vector<WantedJob> read_job_file(const std::string& path);

}  // namespace tranche::cli
