#pragma once

#include <string>
#include <vector>

namespace tranche {

/// Hears at once, from PostgreSQL's NOTIFY, that there may be something to acquire: a batch that
/// was given back, split, reset or retried, a job that was changed or goes on, assets that `tranche
/// register` or a trigger (notify_sql) told of. Not all that becomes available is told: a lease
/// that ends, a delay that is over, other inserts. So go on asking, only less often. Threads: one
/// thread at a time.
class News {
 public:
  virtual ~News() = default;
  /// For poll(2): readable when take() has something to look at.
  virtual std::vector<int> fds() const = 0;
  /// Never waits. Whether anything was told since the last call. Errors: unreachable, once the
  /// connection is lost.
  virtual bool take() = 0;
};

/// SQL for psql, to be run by the owner of a table ("SCHEMA.TABLE" or "TABLE"): a trigger by which
/// inserts are told to whoever listens for a job on it. Harmless the second time.
/// Errors: refused where the name is no usable one.
std::string notify_trigger(const std::string& table);

}  // namespace tranche
