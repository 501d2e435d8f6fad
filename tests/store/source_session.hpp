#pragma once

#include "sql/connection.hpp"
#include "store/world.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tranche::test {

/// Somebody else who works on a world's source, in PostgreSQL: transactions stay open from call to
/// call. {table} in a statement is the table, {keys} its sequence as a text constant.
class SourceSession {
 public:
  explicit SourceSession(const World& world, const std::string& name = "writer");

  void run(const std::string& statement);
  /// The first value of the first row.
  std::string ask(const std::string& statement);
  std::int64_t pid();

 private:
  const World& world_;
  std::unique_ptr<sql::Connection> connection_;
};

/// Runs a case over a table in PostgreSQL whose keys an identity gives, with the inventory beside
/// it and in SQLite.
void on_every_postgres_source(const std::function<void(World&)>& body);

/// Until the statement, asked by a session of its own, answers `true`. Errors: std::runtime_error.
void wait_until(const World& world, const std::string& statement);

/// Acquires from the job "job" until nothing is handed out any more.
std::vector<std::string> all_acquired(Inventory& inventory, const AcquireOptions& options = {});

}  // namespace tranche::test
