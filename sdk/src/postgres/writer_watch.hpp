#pragma once

#include "sql/connection.hpp"

#include "tranche/source.hpp"

#include <string>
#include <vector>

namespace tranche::sql::postgres {

/// Sees who is writing to a table, to what a view reads, or to their partitions.
/// Errors: those of the connection. Threads: that of the connection.
class WriterWatch {
 public:
  /// Looks up what is to be watched.
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
  Connection& connection_;
  std::string relations_;
};

}  // namespace tranche::sql::postgres
