#pragma once

#include "tranche/database_url.hpp"
#include "tranche/types.hpp"
#include "tranche/units.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tranche::sql {

enum class Dialect { sqlite, postgres };

struct Blob {
  std::string bytes;
};
/// A value that travels as a parameter. monostate is NULL.
using Param = std::variant<std::monostate, std::int64_t, double, std::string, Blob>;
using Params = std::vector<Param>;

/// A named statement, as read from a .sql file with its identifiers filled in.
struct Statement {
  std::string name;
  std::string text;
};

enum class ValueType { null, integer, real, text, blob };

/// Forward-only result. SQLite steps as it is read; PostgreSQL has the rows at hand.
/// Lives no longer than its connection's next statement.
class Rows {
 public:
  virtual ~Rows() = default;
  virtual bool next() = 0;
  virtual ValueType type(int column) const = 0;
  virtual std::int64_t integer(int column) const = 0;
  virtual double real(int column) const = 0;
  virtual std::string text(int column) const = 0;
  virtual std::string blob(int column) const = 0;

  bool is_null(int column) const { return type(column) == ValueType::null; }
  std::optional<std::int64_t> maybe_integer(int column) const;
  std::optional<double> maybe_real(int column) const;
  std::optional<std::string> maybe_text(int column) const;
  std::optional<std::string> maybe_blob(int column) const;
};

enum class Mode {
  read_only,
  snapshot,  ///< reads, and all statements see the same state
  read_write,
  single_write,  ///< of one statement, which commits itself where the database can do that
};

/// One connection to one database.
/// Errors:  tranche::Error, translated in one place for each database.
/// Threads: one thread at a time.
class Connection {
 public:
  virtual ~Connection() = default;
  virtual Dialect dialect() const = 0;

  /// read_write takes SQLite's write lock at once; PostgreSQL is READ COMMITTED but for a snapshot,
  /// whatever the role's default. `timeout` bounds each statement of the transaction; zero: none.
  /// Errors of a single_write's statement: in_doubt, as of a commit.
  virtual void begin(Mode mode, Duration timeout = Duration::zero()) = 0;
  virtual void commit() = 0;
  /// Does nothing outside a transaction; never throws.
  virtual void rollback() noexcept = 0;

  virtual std::unique_ptr<Rows> query(const Statement& statement, const Params& params = {}) = 0;
  /// Number of rows changed.
  virtual std::int64_t execute(const Statement& statement, const Params& params = {}) = 0;
  /// Statements that come again may stay prepared in the server. Each casts or names what it
  /// returns, so that an altered table changes no result's type.
  virtual void keep_prepared() {}
  /// This connection will only ever read, each statement by itself: a read-only transaction around
  /// several of them need not cost round trips of its own.
  virtual void keep_read_only() {}
  /// A server that has not answered a statement for so long is taken for gone: unreachable. Zero:
  /// never.
  virtual void set_patience(Duration) {}
  /// A pooler stands between, which may give each transaction another session of the database.
  /// What belongs to a session (named statements, LISTEN, SET) does not work then.
  virtual bool pooled() { return false; }
  /// Host (or the folder of a Unix socket) and port of the server, and the database's name. SQLite:
  /// the file alone.
  virtual SourcePlace place() { return {}; }
  /// Several statements without parameters: migrations.
  virtual void script(const Statement& statement) = 0;
};

/// `purpose` says in messages what the database was opened for: "inventory", "source".
/// `create`: an SQLite file that is missing is made (mode 0600, its folder too), else refused.
std::unique_ptr<Connection> connect(const DatabaseUrl& url, std::string_view purpose, bool create);

/// set_patience() of all connections of this process, at most.
void hurry(Duration most);

/// Rolls back unless committed.
class Transaction {
 public:
  explicit Transaction(Connection& connection,
                       Mode mode = Mode::read_write,
                       Duration timeout = Duration::zero())
      : connection_(connection) {
    connection_.begin(mode, timeout);
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() {
    if (!done_) {
      connection_.rollback();
    }
  }
  void commit() {
    connection_.commit();
    done_ = true;
  }

 private:
  Connection& connection_;
  bool done_ = false;
};

/// The one place that quotes identifiers: "a" -> "\"a\"". Errors: refused when empty, too long or
/// with a NUL.
std::string quote_identifier(std::string_view name);
/// A text as a literal, for statements that people run: values of ours travel as parameters.
std::string quote_literal(std::string_view text);
struct QualifiedName {
  std::string schema;  ///< empty: found by the connection's search path
  std::string name;
};
/// "schema.table" or "table"; a part may come quoted already: a."b.c".
QualifiedName parse_qualified(std::string_view name);
/// The same, each part quoted.
std::string quote_qualified(std::string_view name);

}  // namespace tranche::sql
