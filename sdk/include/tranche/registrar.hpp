#pragma once

#include "tranche/database_url.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tranche {

/// When an asset came to be, UTC; finer than TimePoint, so that files of one millisecond keep their
/// order.
using AssetTime = std::chrono::sys_time<std::chrono::microseconds>;

struct RegisterColumns {
  std::string item = "item";
  /// Unset: `weight` where the table has such a column. Set: the table must have it.
  std::optional<std::string> weight;
  /// Unset: `modified_at` where the table has such a column. Set: the table must have it.
  std::optional<std::string> time;
};

struct RegisterResult {
  bool created = false;                  ///< the table did not exist before
  std::uint64_t seen = 0;                ///< different items given
  std::uint64_t registered = 0;          ///< of these, written by this call
  std::uint64_t already_registered = 0;  ///< of these, in the table already
  /// The table's primary key where it is a single column; empty otherwise.
  std::string key_column;
  bool integer_key = false;
  /// Keys of the first and the last asset written; unset where none was, or without a key column.
  std::optional<std::string> first_key, last_key;
};

struct RegisterItem {
  std::string item;
  std::optional<double> weight;
  std::optional<AssetTime> time;
};

/// Fills a metadata table with assets: oldest first, each item once, whatever was registered before
/// or is right now. Order:   by time, then bytewise by item; items without a time follow in the
/// order they were given in.
///          Of an item given twice the first one counts.
/// Memory:  bounded, whatever the number of items; they wait in a temporary file (SQLITE_TMPDIR,
/// TMPDIR, /var/tmp). Threads: one thread at a time; any number of processes on one table.
class Registrar {
 public:
  /// Opens the database and checks the table if it exists. A missing table, or SQLite file, is made
  /// by finish(). Errors: refused for a table without a unique index on its item column, columns of
  /// other types than those that
  ///         register writes, or columns that it could not fill; unreachable.
  Registrar(const DatabaseUrl& where, std::string table, RegisterColumns columns = {});
  ~Registrar();
  Registrar(Registrar&&) noexcept;
  Registrar& operator=(Registrar&&) noexcept;

  /// Keeps an asset for finish(); nothing reaches the table before.
  /// Errors: refused for an item that is empty, not UTF-8, has a NUL or is longer than the table's
  /// index can hold,
  ///         a weight that is negative or not of the column's type, a missing time where the column
  ///         needs one. The Registrar goes on without that asset.
  void add(std::string_view item,
           std::optional<double> weight = {},
           std::optional<AssetTime> time = {});

  /// Calls `each` for every asset that finish() would write, in its order. Writes nothing.
  /// Returns what finish() would, but for the keys.
  RegisterResult preview(const std::function<void(const RegisterItem&)>& each);

  /// Writes what was added, in transactions of some thousand assets; called once.
  /// A call that is cut short leaves the oldest part in the table: the same call again writes the
  /// rest. `progress` hears how many of the added assets have been dealt with.
  RegisterResult finish(
      const std::function<void(std::uint64_t done, std::uint64_t added)>& progress = {});

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tranche
