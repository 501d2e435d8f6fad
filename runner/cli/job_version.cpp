#include "cli/job_version.hpp"

#include "tranche/error.hpp"

namespace tranche::cli {

Job find_job_version(Inventory& inventory, const std::string& job, std::int64_t version) {
  int newest = 0;
  for (Job& one : inventory.list_job_versions(job)) {
    if (one.version == version) {
      return std::move(one);
    }
    newest = std::max(newest, one.version);
  }
  throw Error(ErrorCode::not_found,
              "job '" + job + "' has no version " + std::to_string(version) +
                  "; its versions are 1 to " + std::to_string(newest));
}

}  // namespace tranche::cli
