#pragma once

#include "tranche/database_url.hpp"
#include "tranche/types.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tranche {

/// A stretch of a source in key order. At most one of `after` and `from` is set, and one of `to`
/// and `before`.
struct SourceRange {
  std::optional<Key> after = std::nullopt;   ///< exclusive
  std::optional<Key> from = std::nullopt;    ///< inclusive
  std::optional<Key> to = std::nullopt;      ///< inclusive
  std::optional<Key> before = std::nullopt;  ///< exclusive
  bool descending = false;                   ///< read from the upper end
};

/// Bounds of a time, in microseconds since 1970.
struct TimeBounds {
  std::optional<std::int64_t> from = std::nullopt;    ///< inclusive
  std::optional<std::int64_t> before = std::nullopt;  ///< exclusive
};

struct SourceTotals {
  std::int64_t count = 0;
  double weight = 0;
  std::optional<Key> first_key;
  std::optional<Key> last_key;
};

/// Who may still add an asset below one that is visible already.
struct Writers {
  /// Open transactions that could: names that hold from a transaction's begin to its end.
  std::vector<std::string> transactions;
  /// Where these names hold, and keys seen before; another text, another meaning.
  std::string server;
};

/// The assets of one job version. Only ever read.
/// Errors:  refused naming the key, for a negative weight, a weight or key of the wrong type, a
/// duplicate key;
///          timeout; unreachable.
/// Threads: one thread at a time.
class Source {
 public:
  virtual ~Source() = default;

  /// Holds one read-only transaction over the calls within, so that they see what they may see
  /// cheaply.
  class Reading {
   public:
    virtual ~Reading() = default;
  };
  virtual std::unique_ptr<Reading> begin(Duration statement_timeout) = 0;

  /// What it reads, for those who draw lineage.
  virtual SourcePlace place() { return {}; }

  /// The highest visible key, filter or not; empty: no asset.
  virtual std::optional<Key> newest_key() = 0;
  /// Whether assets can become visible in another order than that of their keys, and writers()
  /// tells who may do so.
  virtual bool watches_writers() const { return false; }
  /// Must be asked after newest_key() and before the scan that relies on it; each sees what is
  /// committed when it begins.
  virtual Writers writers() { return {}; }
  /// The longest first, up to 10.
  virtual std::vector<Writer> describe_writers() { return {}; }
  /// The lowest visible key, filter or not.
  virtual std::optional<Key> oldest_key() = 0;
  /// Calls `each` with up to `limit` matching assets in the order of the range; returns how many.
  virtual std::int64_t scan(const SourceRange& range,
                            std::int64_t limit,
                            const std::function<void(const Asset&)>& each) = 0;
  /// The key of the `rows`-th asset in the order of the range, filter or not; empty: it has fewer.
  virtual std::optional<Key> key_after(const SourceRange& range, std::int64_t rows) = 0;
  /// Counts the matching assets of a range: reads all of them.
  virtual SourceTotals totals(const SourceRange& range) = 0;
  /// The first and the last key of the matching assets up to `to`, by an index of what the filter
  /// asks for rather than by the key's.
  virtual std::optional<std::pair<Key, Key>> ends(const Key& to) = 0;
  /// A condition on the time of an asset. Errors: refused where neither key nor time column is one.
  virtual std::string time_condition(const TimeBounds& bounds) = 0;
  /// One asset by its key, filter or not.
  virtual std::optional<Asset> find_key(const Key& key) = 0;
  /// Assets that have this item, filter or not, up to 100 in key order.
  virtual std::vector<Asset> find_item(const std::string& item) = 0;
  /// Seconds since the time that the asset of this key carries; empty where neither key nor time
  /// column is a time.
  virtual std::optional<double> age_seconds(const Key& key) = 0;

  /// A condition, in the source's SQL, that selects exactly the matching assets of [first, last].
  virtual std::string range_condition(const Key& first, const Key& last) const = 0;
  /// The same for those of a list of keys.
  virtual std::string list_condition(const std::vector<Key>& keys) const = 0;
};

/// Opens the source of a job. `where` is its database.
std::unique_ptr<Source> open_source(const DatabaseUrl& where, const JobDefinition& definition);

/// Checks table, columns, filter and start key against the database, and fills in key type and
/// order. Returns warnings for the person who defines the job. Errors: refused, naming what is
/// missing or wrong and what there is.
std::vector<std::string> inspect_source(const DatabaseUrl& where, JobDefinition& definition);
/// Looks at the order of keys alone: a sequence, a default or a partition may be another one by
/// now.
void inspect_order(const DatabaseUrl& where, JobDefinition& definition);
/// Checks the filter alone, in the same way.
void inspect_filter(const DatabaseUrl& where, const JobDefinition& definition);

}  // namespace tranche
