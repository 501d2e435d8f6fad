#pragma once

#include "tranche/database_url.hpp"
#include "tranche/news.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tranche::sql::postgres {

/// What is listened to in one database.
struct Channels {
  std::vector<std::string> names;
  std::string table;  ///< also those of this source; empty: none
};

/// Null where the database cannot tell: behind a pooler, whose sessions are not ours, and on a
/// standby. Errors: unreachable.
std::unique_ptr<News> listen(const DatabaseUrl& where, const Channels& channels);

}  // namespace tranche::sql::postgres
