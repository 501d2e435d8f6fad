#include "sql/sql_store.hpp"

#include "sql/sql_store_transaction.hpp"

#include "tranche/key_set.hpp"

namespace tranche::sql {

extern const std::string_view inventory_sqlite;
#ifdef TRANCHE_POSTGRES
extern const std::string_view inventory_postgres;
#endif

std::string table_prefix(Dialect dialect, std::string_view schema) {
  return dialect == Dialect::sqlite ? "tranche_" : quote_identifier(schema) + ".";
}

Queries inventory_queries(Dialect dialect, std::string_view schema) {
  const std::map<std::string, std::string> placeholders = {
      {"prefix", table_prefix(dialect, schema)}};
#ifdef TRANCHE_POSTGRES
  if (dialect == Dialect::postgres) {
    return {inventory_postgres, placeholders};
  }
#endif
  return {inventory_sqlite, placeholders};
}

SqlStore::SqlStore(std::unique_ptr<Connection> connection, std::string_view schema)
    : connection_(std::move(connection)),
      queries_(inventory_queries(connection_->dialect(), schema)),
      number_(static_cast<std::int32_t>(
          key_hash(Key::parse(KeyType::text, "tranche " + std::string(schema))))) {
  connection_->keep_prepared();
}

void SqlStore::wait_for_window(std::int64_t window_id) {
  if (connection_->dialect() != Dialect::postgres) {
    return;
  }
  try {
    Transaction waiting(*connection_, Mode::single_write);
    connection_->query(queries_["wait_for_window"], {window_id, number_});
  } catch (const Error& error) {
    if (error.code() != ErrorCode::timeout && error.code() != ErrorCode::busy) {
      throw;
    }
  }
}

std::unique_ptr<StoreTransaction> SqlStore::begin(bool write) {
  return std::make_unique<SqlStoreTransaction>(*this, write ? Mode::read_write : Mode::snapshot);
}
std::unique_ptr<StoreTransaction> SqlStore::begin_single() {
  return std::make_unique<SqlStoreTransaction>(*this, Mode::single_write);
}

}  // namespace tranche::sql
