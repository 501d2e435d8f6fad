#pragma once

#include "cli/command.hpp"

#include <cstdint>
#include <string>

namespace tranche::cli {

/// The batch that a caller holds, and the token that proves it.
struct BatchToken {
  std::int64_t id = 0;
  std::string token;

  std::string what() const { return "batch " + std::to_string(id); }
};

/// [BATCH_ID] and --token, else TRANCHE_BATCH_ID and TRANCHE_LEASE_TOKEN.
inline void add_batch_token(Command& command, BatchToken& batch) {
  command.positional("BATCH_ID", batch.id, "The batch").env("TRANCHE_BATCH_ID").range(1, INT64_MAX);
  command.required("--token", batch.token, "T", "Its lease token").env("TRANCHE_LEASE_TOKEN");
}

}  // namespace tranche::cli
