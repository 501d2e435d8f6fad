#pragma once

#include "sql/connection.hpp"
#include "sql/queries.hpp"

#include "tranche/store.hpp"

#include <functional>
#include <memory>

namespace tranche::sql {

/// The statements of inventory.sql for a dialect, filled in for a schema.
Queries inventory_queries(Dialect dialect, std::string_view schema);
/// What stands before a table's name: `tranche_` in SQLite, `"schema".` in PostgreSQL.
std::string table_prefix(Dialect dialect, std::string_view schema);

/// An inventory in a database. One connection, one transaction at a time.
class SqlStore final : public Store {
 public:
  SqlStore(std::unique_ptr<Connection> connection, std::string_view schema);

  std::unique_ptr<StoreTransaction> begin(bool write) override;
  std::unique_ptr<StoreTransaction> begin_single() override;
  bool side_by_side() const override { return connection_->dialect() == Dialect::postgres; }
  void wait_for_window(std::int64_t window_id) override;
  void set_patience(Duration patience) override { connection_->set_patience(patience); }
  void set_clock(std::function<TimePoint()> clock) override { clock_ = std::move(clock); }

 private:
  friend class SqlStoreTransaction;
  std::unique_ptr<Connection> connection_;
  Queries queries_;
  std::int64_t number_;  ///< tells this inventory's advisory locks from others in the database
  std::function<TimePoint()> clock_;
};

}  // namespace tranche::sql
