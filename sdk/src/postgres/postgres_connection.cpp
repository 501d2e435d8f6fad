#include "postgres/postgres_connection.hpp"

#include "postgres/deadline.hpp"
#include "postgres/postgres_error.hpp"
#include "sql/hex.hpp"

#include "tranche/error.hpp"

#include <pqxx/pqxx>

#include <charconv>
#include <cstdlib>
#include <fcntl.h>
#include <thread>
#include <unistd.h>
#include <unordered_map>

namespace tranche::sql::postgres {

namespace {

// Object ids of the types that arrive as something other than text; fixed since PostgreSQL began.
enum : pqxx::oid {
  kBool = 16,
  kBytea = 17,
  kInt8 = 20,
  kInt2 = 21,
  kInt4 = 23,
  kFloat4 = 700,
  kFloat8 = 701
};

// Preparing is a round trip of its own: a program that acquires once is better off without.
constexpr int kPrepareAt = 3;
constexpr int kFirstWithJit = 110000;
constexpr int kFirstWithPlanCacheMode = 120000;

// Between tries to connect to a server that restarts, or is full for a moment: 3 s in all.
constexpr Duration kFirstPause = std::chrono::milliseconds(50);
constexpr Duration kLongestPause = std::chrono::milliseconds(1600);

constexpr const char* kUtf8 = "UTF8";
constexpr std::string_view kInventory = "inventory";

constexpr const char* kWhoServes = "SELECT pg_backend_pid()";
// Linux numbers processes no higher; what a pooler makes up seldom lies below.
constexpr int kHighestProcess = 4194304;
constexpr const char* kPoolerEnded =
    "; a pooler in between ended it, and its log says why; accepted are pool modes transaction and "
    "session, with two server connections for each worker";
// Whoever waits for a lock keeps one of a pooler's few server connections, and whoever holds the
// lock needs a second one, for the source: without an end to the wait neither would go on. The
// transaction is tried again.
constexpr const char* kShortLockWait = "SET LOCAL lock_timeout = 30";
// To count a source may take an hour; to wait so long for a table that somebody has locked would
// keep all other jobs of a status or of metrics waiting, too.
constexpr Duration kReadersLockWait = std::chrono::seconds(5);

/// Parameters in PostgreSQL's text form; nullopt is NULL.
std::vector<std::optional<std::string>> encode(const Params& params) {
  std::vector<std::optional<std::string>> texts;
  texts.reserve(params.size());
  for (const Param& param : params) {
    if (const auto* integer = std::get_if<std::int64_t>(&param)) {
      texts.emplace_back(std::to_string(*integer));
    } else if (const auto* real = std::get_if<double>(&param)) {
      texts.emplace_back(pqxx::to_string(*real));
    } else if (const auto* text = std::get_if<std::string>(&param)) {
      if (text->find('\0') != std::string::npos) {
        throw Error(ErrorCode::refused, "a text with a NUL byte cannot be stored in PostgreSQL");
      }
      texts.emplace_back(*text);
    } else if (const auto* blob = std::get_if<Blob>(&param)) {
      texts.emplace_back("\\x" + to_hex(blob->bytes));
    } else {
      texts.emplace_back(std::nullopt);
    }
  }
  return texts;
}

/// Of a reader whose statements may take so long; 0: that is soon enough for a lock as well.
std::string readers_lock_timeout(Duration statement_timeout) {
  return std::to_string(statement_timeout > kReadersLockWait ? kReadersLockWait.count() : 0);
}

/// The whole of a number's text.
template <typename Number>
Number parsed(std::string_view text) {
  Number number{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) {
    throw Error(ErrorCode::internal, "PostgreSQL sent '" + std::string(text) + "' as a number");
  }
  return number;
}

/// Reads each field once: libpqxx counts references to a result for every row and field made of it.
class PostgresRows final : public Rows {
 public:
  explicit PostgresRows(const pqxx::result& result)
      : result_(result), types_(static_cast<std::size_t>(result.columns())) {
    for (std::size_t column = 0; column < types_.size(); ++column) {
      types_[column] = type_of(result.column_type(static_cast<int>(column)));
    }
  }

  bool next() override {
    if (next_ == result_.size()) {
      row_.reset();
      return false;
    }
    row_.emplace(result_[next_++]);
    return true;
  }
  ValueType type(int column) const override {
    return field(column).is_null() ? ValueType::null : type_at(column);
  }
  std::int64_t integer(int column) const override {
    const pqxx::field value = field(column);
    const std::string_view text = view(value);
    if (text == "t" || text == "f") {
      return text == "t" ? 1 : 0;
    }
    return parsed<std::int64_t>(text);
  }
  double real(int column) const override { return parsed<double>(view(field(column))); }
  std::string text(int column) const override { return std::string(view(field(column))); }
  std::string blob(int column) const override { return pqxx::binarystring(field(column)).str(); }

 private:
  static ValueType type_of(pqxx::oid type) {
    switch (type) {
      case kInt2:
      case kInt4:
      case kInt8:
      case kBool:
        return ValueType::integer;
      case kFloat4:
      case kFloat8:
        return ValueType::real;
      case kBytea:
        return ValueType::blob;
      default:
        return ValueType::text;
    }
  }
  ValueType type_at(int column) const { return types_[static_cast<std::size_t>(column)]; }
  pqxx::field field(int column) const { return (*row_)[static_cast<pqxx::row::size_type>(column)]; }
  // The bytes are the result's.
  static std::string_view view(const pqxx::field& field) { return {field.c_str(), field.size()}; }

  pqxx::result result_;
  std::vector<ValueType> types_;
  std::optional<pqxx::row> row_;
  pqxx::result::size_type next_ = 0;
};

}  // namespace

std::string with_defaults(const std::string& conninfo) {
  const bool uri = conninfo.starts_with("postgresql://") || conninfo.starts_with("postgres://");
  std::string text = conninfo;
  // A server whose host died says nothing: its connections must end long before a lease does, or a
  // fail-over would not be seen. By default that takes from a quarter of an hour to two hours.
  for (const auto& [name, value, variable] :
       {std::tuple{"fallback_application_name", "tranche", "PGAPPNAME"},
        std::tuple{"connect_timeout", "10", "PGCONNECT_TIMEOUT"},
        std::tuple{"keepalives_idle", "20", ""},
        std::tuple{"keepalives_interval", "5", ""},
        std::tuple{"keepalives_count", "3", ""},
        std::tuple{"tcp_user_timeout", "35000", ""}}) {
    const bool given = conninfo.find(name) != std::string::npos || std::getenv(variable) != nullptr;
    if (given) {
      continue;
    }
    const std::string setting = std::string(name) + "=" + value;
    if (uri) {
      text += (text.find('?') == std::string::npos ? "?" : "&") + setting;
    } else {
      text += " " + setting;
    }
  }
  return text;
}

namespace {

class Duplicate {
 public:
  explicit Duplicate(int fd) : fd_(::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)) {}
  ~Duplicate() { ::close(fd_); }
  Duplicate(const Duplicate&) = delete;
  Duplicate& operator=(const Duplicate&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

std::string text_of(const char* text) {
  return text == nullptr ? "" : text;
}

/// Texts are UTF-8 here, whatever the role, the environment or the database would have. Bytes of
/// SQL_ASCII stay what they are. So do, in an inventory, those of a database that could not take
/// every character: the end of a batch must not be refused for a command's last words.
void speak_utf8(pqxx::connection& connection, std::string_view purpose) {
  const std::string spoken = connection.get_client_encoding();
  if (spoken == kUtf8 || spoken == "SQL_ASCII") {
    return;
  }
  if (purpose != kInventory || connection.get_variable("server_encoding") == kUtf8) {
    connection.set_client_encoding(kUtf8);
  }
}

class PostgresConnection final : public Connection {
 public:
  PostgresConnection(const std::string& conninfo, std::string where, std::string_view purpose)
      : where_(std::move(where)),
        connection_(conninfo),
        socket_(connection_.sock()),
        process_(connection_.backendpid()),
        quiet_(connection_) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    // A silent reconnection would lose the transaction's settings and its lock.
    connection_.inhibit_reactivation(true);
#pragma GCC diagnostic pop
    speak_utf8(connection_, purpose);
    work_ = std::make_unique<pqxx::nontransaction>(connection_);
  }
  ~PostgresConnection() override { rollback(); }
  PostgresConnection(const PostgresConnection&) = delete;
  PostgresConnection& operator=(const PostgresConnection&) = delete;

  Dialect dialect() const override { return Dialect::postgres; }

  void begin(Mode mode, Duration timeout) override {
    if (mode == Mode::read_only && keep_read_only_ && server_is_ours()) {
      begin_in_session(timeout);
      return;
    }
    if (mode == Mode::single_write && server_is_ours_.value_or(false)) {
      begin_single();
      return;
    }
    const bool writes = mode != Mode::read_only && mode != Mode::snapshot;
    std::string text = "BEGIN ISOLATION LEVEL ";
    text += mode == Mode::snapshot ? "REPEATABLE READ " : "READ COMMITTED ";
    text += writes ? "READ WRITE; SET LOCAL synchronous_commit = on" : "READ ONLY";
    // Compiling takes longer than any statement on the inventory runs, whatever the estimate says
    // of a wide ledger. Counting a source may gain from it.
    if (!keep_read_only_ && connection_.server_version() >= kFirstWithJit) {
      text += "; SET LOCAL jit = off";
    }
    if (timeout != Duration::zero()) {
      text += "; SET LOCAL statement_timeout = " + std::to_string(timeout.count());
      text += writes ? "" : "; SET LOCAL lock_timeout = " + readers_lock_timeout(timeout);
    }
    if (writes) {
      begin_writing(text);
      return;
    }
    run({"begin", text});
    open_ = true;
  }
  void commit() override {
    single_ = false;
    if (!open_) {
      return;
    }
    open_ = false;
    try {
      const Deadline deadline(socket_.get(), patience_);
      work_->exec("COMMIT");
    } catch (const std::exception& error) {
      if (dynamic_cast<const pqxx::broken_connection*>(&error) == nullptr &&
          !tells_of_lost_connection(error)) {
        throw told(error, "commit");
      }
      throw Error(
          ErrorCode::in_doubt, "the connection to " + where_ + " broke during a commit", "commit");
    }
  }
  void rollback() noexcept override {
    single_ = false;
    if (!open_) {
      return;
    }
    open_ = false;
    try {
      const Deadline deadline(socket_.get(), patience_);
      work_->exec("ROLLBACK");
    } catch (const std::exception&) {
      // The connection is gone, and the transaction with it.
    }
  }

  std::unique_ptr<Rows> query(const Statement& statement, const Params& params) override {
    return std::make_unique<PostgresRows>(run_with(statement, params));
  }
  std::int64_t execute(const Statement& statement, const Params& params) override {
    return static_cast<std::int64_t>(run_with(statement, params).affected_rows());
  }
  void keep_prepared() override { keep_prepared_ = true; }
  void keep_read_only() override { keep_read_only_ = true; }
  void set_patience(Duration patience) override { patience_ = patience; }
  bool pooled() override { return !server_is_ours(); }
  SourcePlace place() override {
    return {text_of(connection_.hostname()),
            text_of(connection_.port()),
            text_of(connection_.dbname()),
            {},
            {}};
  }
  void script(const Statement& statement) override { run(statement); }

 private:
  void begin_writing(const std::string& text) {
    const bool learn = !server_is_ours_;
    // In one round trip: most programs write once.
    const pqxx::result last = run({"begin", learn ? text + "; " + kWhoServes : text});
    open_ = true;
    if (learn) {
      learn_of_server(last);
    }
    if (!*server_is_ours_) {
      run({"begin", kShortLockWait});
    }
  }
  void begin_single() {
    if (!session_writes_) {
      run({"begin",
           "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED READ WRITE; "
           "SET synchronous_commit = on; "
           // The first of many is wanted, in the order of an index. By statistics from before there
           // were many, to read and sort them all looks cheaper.
           "SET enable_sort = off" +
               std::string(connection_.server_version() >= kFirstWithJit ? "; SET jit = off" : "") +
               // To plan one of these statements takes longer than to run it.
               std::string(connection_.server_version() >= kFirstWithPlanCacheMode
                               ? "; SET plan_cache_mode = force_generic_plan"
                               : "")});
      session_writes_ = true;
    }
    single_ = true;
  }
  /// Each statement is a transaction by itself, whose settings are the session's: nothing to begin
  /// or to end.
  void begin_in_session(Duration timeout) {
    if (session_timeout_ == timeout) {
      return;
    }
    run({"begin",
         "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED READ ONLY; SET "
         "statement_timeout = " +
             std::to_string(timeout.count()) +
             "; SET lock_timeout = " + readers_lock_timeout(timeout)});
    session_timeout_ = timeout;
  }
  pqxx::result run_with(const Statement& statement, const Params& params) {
    try {
      const auto texts = encode(params);
      std::vector<const char*> pointers;
      pointers.reserve(texts.size());
      for (const auto& text : texts) {
        pointers.push_back(text ? text->c_str() : nullptr);
      }
      const auto values = pqxx::prepare::make_dynamic_params(pointers);
      const Deadline deadline(socket_.get(), patience_);
      const std::string* prepared = keep_prepared_ ? prepared_name(statement) : nullptr;
      return prepared != nullptr ? work_->exec_prepared(*prepared, values)
                                 : work_->exec_params(statement.text, values);
    } catch (const pqxx::broken_connection& error) {
      // libpqxx takes SQLSTATE 08P01, a parameter that nothing was given for, for the end of the
      // connection.
      if (connection_.is_open() && !tells_of_lost_connection(error)) {
        throw Error(ErrorCode::refused, first_line(error.what()), statement.name);
      }
      throw lost(error, statement.name);
    } catch (const std::exception& error) {
      throw tells_of_lost_connection(error) ? lost(error, statement.name)
                                            : told(error, statement.name);
    }
  }
  Error lost(const std::exception& error, const std::string& statement) const {
    if (!single_) {
      return told(error, statement);
    }
    return {ErrorCode::in_doubt,
            "the connection to " + where_ + " broke during a statement",
            statement};
  }
  /// The name under which the server keeps a statement that has come often enough, else null.
  const std::string* prepared_name(const Statement& statement) {
    Repeated& repeated = repeated_[statement.text];
    if (++repeated.times < kPrepareAt || !server_is_ours()) {
      return nullptr;
    }
    if (repeated.name.empty()) {
      repeated.name = "tranche_" + std::to_string(++prepared_) + "_" + statement.name;
      connection_.prepare(repeated.name, statement.text);
    }
    return &repeated.name;
  }
  /// Whether the process at the other end serves this connection alone. A pooler that gives each
  /// transaction another server process (pgbouncer) would not find the statement again; it makes up
  /// the process id that it tells its clients.
  bool server_is_ours() {
    if (server_is_ours_) {
      return *server_is_ours_;
    }
    learn_of_server(run({"server_process", kWhoServes}));
    return *server_is_ours_;
  }
  void learn_of_server(const pqxx::result& who) {
    server_is_ours_ = who[0][0].as<int>() == process_;
  }
  /// The result of the last statement.
  pqxx::result run(const Statement& statement) {
    try {
      const Deadline deadline(socket_.get(), patience_);
      return work_->exec(statement.text);
    } catch (const std::exception& error) {
      throw told(error, statement.name);
    }
  }
  /// libpqxx drops the last words of whoever ends a connection; a pooler keeps them in its log.
  Error told(const std::exception& error, std::string_view query) const {
    Error known = translate(error, where_, query);
    const bool pooled = server_is_ours_ ? !*server_is_ours_ : is_made_up(process_);
    if (!pooled || known.code() != ErrorCode::unreachable || !known.native().empty()) {
      return known;
    }
    return {known.code(), std::string(known.what()) + kPoolerEnded, known.query()};
  }
  static bool is_made_up(int process) { return process < 0 || process > kHighestProcess; }

  std::string where_;
  pqxx::connection connection_;
  // libpq may close its own number, and somebody else get it, while a deadline still holds it.
  const Duplicate socket_;
  const int process_;  ///< what the other end says that it is
  Duration patience_{};
  pqxx::quiet_errorhandler quiet_;
  std::unique_ptr<pqxx::nontransaction> work_;
  bool open_ = false;
  bool single_ = false;  ///< the next statement is a transaction of its own that writes
  bool session_writes_ = false;
  struct Repeated {
    int times = 0;
    std::string name;
  };
  std::unordered_map<std::string, Repeated> repeated_;  ///< by text
  int prepared_ = 0;
  bool keep_prepared_ = false;
  bool keep_read_only_ = false;
  std::optional<Duration> session_timeout_;  ///< set: the session only reads
  std::optional<bool> server_is_ours_;
};

}  // namespace

std::unique_ptr<Connection> connect(const DatabaseUrl& url, std::string_view purpose) {
  const std::string where = url.redacted();
  for (Duration pause = kFirstPause;; pause *= 2) {
    try {
      return std::make_unique<PostgresConnection>(with_defaults(url.conninfo()), where, purpose);
    } catch (const std::exception& error) {
      if (!is_server_there(error) || pause > kLongestPause) {
        throw translate(error, "the " + std::string(purpose) + " " + where, "connect");
      }
    }
    std::this_thread::sleep_for(pause);
  }
}

}  // namespace tranche::sql::postgres
