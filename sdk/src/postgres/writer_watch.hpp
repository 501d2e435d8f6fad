#pragma once

#include "sql/connection.hpp"

#include "tranche/source.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tranche::sql::postgres {

/// Sees who is writing to a table, to what a view reads, or to their partitions.
/// Errors: those of the connection. Threads: that of the connection.
class WriterWatch {
 public:
  /// Looks up what is to be watched; once more whenever the name stands for another table.
  WriterWatch(Connection& connection, const QualifiedName& table);

  struct Seen {
    Writers writers;
    bool standby = false;  ///< its writers are on another server, and not to be seen
  };
  Seen look();
  std::vector<Writer> describe();
  /// The object ids of what is watched.
  std::vector<std::string> relations() const;

 private:
  void find_relations();

  Connection& connection_;
  Param schema_;  ///< NULL: the search path decides
  std::string name_;
  std::string relations_;
  std::optional<std::string> table_;  ///< what the name stood for then
};

}  // namespace tranche::sql::postgres
