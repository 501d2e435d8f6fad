#pragma once

#include "tranche/types.hpp"

#include <string>
#include <vector>

namespace tranche::test {

/// All that a caller can see of them, to compare stores by.
std::string told(const Batch& batch);
std::string told(const std::vector<Batch>& batches);
std::string told(const Backlog& backlog);
/// What bounds the batches of a job.
std::string told(const JobDefinition& definition);

}  // namespace tranche::test
