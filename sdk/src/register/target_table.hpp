#pragma once

#include "register/target_layout.hpp"
#include "sql/queries.hpp"

#include "tranche/registrar.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tranche {

/// The metadata table that register fills, in either database.
class TargetTable {
 public:
  /// Opens the database unless it is an SQLite file that does not exist yet.
  TargetTable(DatabaseUrl url, std::string name, RegisterColumns columns);

  const TargetLayout& layout() const { return layout_; }
  sql::Dialect dialect() const { return dialect_; }
  const std::string& name() const { return name_; }

  /// True when this call made the table. Safe while other processes do the same.
  bool create_if_missing();
  /// Writes what the table does not hold yet, in order, as one transaction. Returns the new keys'
  /// number, first and last.
  struct Inserted {
    std::uint64_t count = 0;
    std::optional<std::string> first_key, last_key;
  };
  Inserted insert(const std::vector<RegisterItem>& items);
  /// Places of the items that the table does not hold.
  std::vector<std::size_t> missing(const std::vector<RegisterItem>& items);

 private:
  void open(bool create);
  bool inspect();
  sql::Params table_params() const;
  std::map<std::string, std::string> placeholders() const;
  void fill_queries();
  void insert_one_by_one(const std::vector<RegisterItem>& items, Inserted& inserted);
  void insert_arrays(const std::vector<RegisterItem>& items, Inserted& inserted);

  DatabaseUrl url_;
  std::string name_;
  RegisterColumns columns_;
  sql::Dialect dialect_;
  TargetLayout layout_;
  std::unique_ptr<sql::Connection> connection_;
  std::unique_ptr<sql::Queries> queries_;
  bool exists_ = false;
  std::int64_t table_id_ = 0;
};

}  // namespace tranche
