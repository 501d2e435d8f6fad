#pragma once

#include "sql/connection.hpp"

#include "tranche/registrar.hpp"

#include <string>
#include <vector>

namespace tranche::test {

/// A scratch database for one test: an SQLite file of its own, or a schema of its own in
/// TRANCHE_TEST_POSTGRES.
class ScratchTable {
 public:
  explicit ScratchTable(const std::string& kind);
  ~ScratchTable();
  ScratchTable(const ScratchTable&) = delete;
  ScratchTable& operator=(const ScratchTable&) = delete;

  const DatabaseUrl& url() const { return url_; }
  /// The table's name as register takes it.
  std::string table() const { return schema_.empty() ? "assets" : schema_ + ".assets"; }
  bool postgres() const { return !schema_.empty(); }
  /// In these texts {table} stands for the table.
  void run(std::string text) const;
  std::vector<std::string> column(std::string text) const;
  std::vector<std::string> items() const { return column("SELECT item FROM {table} ORDER BY id"); }

 private:
  std::string filled(std::string text) const;
  std::string folder_;
  std::string schema_;
  DatabaseUrl url_;
};

/// "sqlite", and "postgres" where TRANCHE_TEST_POSTGRES names a server.
std::vector<std::string> store_kinds();

}  // namespace tranche::test
