#pragma once

#include "sql/queries.hpp"

#include "tranche/registrar.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace tranche {

/// Sorts any number of assets in bounded memory, in a private temporary file that SQLite deletes as
/// it opens it.
class Staging {
 public:
  Staging();

  void add(std::string_view item, std::optional<double> weight, std::optional<AssetTime> time);
  std::uint64_t added() const { return added_; }

  using Chunk = std::vector<RegisterItem>;
  /// Hands out all different items in register's order. May be called again; nothing can be added
  /// after.
  void for_each_chunk(const std::function<void(const Chunk&)>& take);

 private:
  sql::Queries queries_;
  SQLite::Database file_;
  std::unique_ptr<SQLite::Statement> insert_;
  std::uint64_t added_ = 0;
};

}  // namespace tranche
