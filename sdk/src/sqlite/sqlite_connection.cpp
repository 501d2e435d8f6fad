#include "sqlite/sqlite_connection.hpp"

#include "sqlite/sqlite_error.hpp"

#include "tranche/error.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <sqlite3.h>

#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <random>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <unordered_map>

namespace tranche::sql::sqlite {

namespace {

using Clock = std::chrono::steady_clock;

// Many runners share one file: each waits for its turn at the write lock rather than failing.
constexpr auto kBusyFor = std::chrono::seconds(60);
// SQLite's own handler sleeps ever longer, up to 100 ms, so that whoever waits longest asks least
// often, and starves.
constexpr std::chrono::microseconds kShortestWait{200};
constexpr std::chrono::microseconds kLongestWait{3000};
// Virtual machine instructions between two looks at the clock.
constexpr int kProgressSteps = 10'000;

void bind_all(SQLite::Statement& statement, const Params& params) {
  int index = 0;
  for (const Param& param : params) {
    ++index;
    if (const auto* integer = std::get_if<std::int64_t>(&param)) {
      statement.bind(index, *integer);
    } else if (const auto* real = std::get_if<double>(&param)) {
      statement.bind(index, *real);
    } else if (const auto* text = std::get_if<std::string>(&param)) {
      statement.bind(index, *text);
    } else if (const auto* blob = std::get_if<Blob>(&param)) {
      statement.bind(index, blob->bytes.data(), static_cast<int>(blob->bytes.size()));
    } else {
      statement.bind(index);
    }
  }
}

class SqliteRows final : public Rows {
 public:
  SqliteRows(SQLite::Statement& statement, std::string where, std::string query)
      : statement_(statement), where_(std::move(where)), query_(std::move(query)) {}
  ~SqliteRows() override { statement_.tryReset(); }
  SqliteRows(const SqliteRows&) = delete;
  SqliteRows& operator=(const SqliteRows&) = delete;

  bool next() override {
    try {
      return statement_.executeStep();
    } catch (const SQLite::Exception& error) {
      throw translate(error, where_, query_);
    }
  }
  ValueType type(int column) const override {
    switch (statement_.getColumn(column).getType()) {
      case SQLITE_INTEGER:
        return ValueType::integer;
      case SQLITE_FLOAT:
        return ValueType::real;
      case SQLITE_TEXT:
        return ValueType::text;
      case SQLITE_BLOB:
        return ValueType::blob;
      default:
        return ValueType::null;
    }
  }
  std::int64_t integer(int column) const override {
    return statement_.getColumn(column).getInt64();
  }
  double real(int column) const override { return statement_.getColumn(column).getDouble(); }
  std::string text(int column) const override { return statement_.getColumn(column).getString(); }
  std::string blob(int column) const override { return statement_.getColumn(column).getString(); }

 private:
  SQLite::Statement& statement_;
  std::string where_;
  std::string query_;
};

class SqliteConnection final : public Connection {
 public:
  SqliteConnection(const std::string& path, int flags) : path_(path), database_(path, flags) {
    sqlite3* handle = database_.getHandle();
    sqlite3_extended_result_codes(handle, 1);
    // A misspelt column in double quotes must be an error, not a string.
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
    sqlite3_busy_handler(handle, &SqliteConnection::wait_for_lock, this);
    sqlite3_progress_handler(handle, kProgressSteps, &SqliteConnection::past_deadline, this);
    database_.exec("PRAGMA foreign_keys = ON");
    // A commit that was acknowledged survives a power cut.
    database_.exec("PRAGMA synchronous = FULL");
  }
  ~SqliteConnection() override { rollback(); }
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  Dialect dialect() const override { return Dialect::sqlite; }
  SourcePlace place() override { return {{}, {}, path_, {}, {}}; }

  void begin(Mode mode, Duration timeout) override {
    const bool writes = mode != Mode::read_only && mode != Mode::snapshot;
    run({"begin", writes ? "BEGIN IMMEDIATE" : "BEGIN"});
    timeout_ = timeout;
  }
  void commit() override {
    timeout_ = Duration::zero();
    arm();
    run({"commit", "COMMIT"});
  }
  void rollback() noexcept override {
    timeout_ = Duration::zero();
    deadline_.reset();
    for (auto& [text, statement] : statements_) {
      statement->tryReset();
    }
    if (sqlite3_get_autocommit(database_.getHandle()) == 0) {
      sqlite3_exec(database_.getHandle(), "ROLLBACK", nullptr, nullptr, nullptr);
    }
  }

  std::unique_ptr<Rows> query(const Statement& statement, const Params& params) override {
    try {
      SQLite::Statement& prepared = prepare(statement.text, params);
      return std::make_unique<SqliteRows>(prepared, path_, statement.name);
    } catch (const SQLite::Exception& error) {
      throw translate(error, path_, statement.name);
    }
  }
  std::int64_t execute(const Statement& statement, const Params& params) override {
    try {
      SQLite::Statement& prepared = prepare(statement.text, params);
      while (prepared.executeStep()) {
      }
      prepared.reset();
      return sqlite3_changes64(database_.getHandle());
    } catch (const SQLite::Exception& error) {
      throw translate(error, path_, statement.name);
    }
  }
  void script(const Statement& statement) override { run(statement); }

 private:
  void run(const Statement& statement) {
    try {
      database_.exec(statement.text);
    } catch (const SQLite::Exception& error) {
      throw translate(error, path_, statement.name);
    }
  }
  SQLite::Statement& prepare(const std::string& text, const Params& params) {
    arm();
    auto found = statements_.find(text);
    if (found == statements_.end()) {
      auto made = std::make_unique<SQLite::Statement>(database_, text);
      found = statements_.emplace(text, std::move(made)).first;
    }
    SQLite::Statement& prepared = *found->second;
    // SQLite would take it for NULL, or for one of ours that has its number.
    if (prepared.getBindParameterCount() > static_cast<int>(params.size())) {
      throw Error(ErrorCode::refused,
                  "it holds a parameter (?, $1, :name or @name) that nothing is given for");
    }
    prepared.tryReset();
    prepared.clearBindings();
    bind_all(prepared, params);
    return prepared;
  }
  void arm() {
    deadline_ =
        timeout_ == Duration::zero() ? std::nullopt : std::optional(Clock::now() + timeout_);
  }
  static int wait_for_lock(void* self, int waits) {
    auto& connection = *static_cast<SqliteConnection*>(self);
    if (waits == 0) {
      connection.busy_since_ = Clock::now();
    }
    if (Clock::now() - connection.busy_since_ > kBusyFor) {
      return 0;
    }
    std::uniform_int_distribution<std::int64_t> wait(kShortestWait.count(), kLongestWait.count());
    std::this_thread::sleep_for(std::chrono::microseconds(wait(connection.random_)));
    return 1;
  }
  static int past_deadline(void* self) {
    const auto& deadline = static_cast<SqliteConnection*>(self)->deadline_;
    return deadline && Clock::now() > *deadline ? 1 : 0;
  }

  std::string path_;
  SQLite::Database database_;
  std::unordered_map<std::string, std::unique_ptr<SQLite::Statement>> statements_;
  Duration timeout_{};
  std::optional<Clock::time_point> deadline_;
  Clock::time_point busy_since_;
  std::minstd_rand random_{std::random_device{}()};
};

// Whoever turns a file to WAL needs it alone for a moment. Where two want that at once, SQLite
// tells one of them "locked" without asking the busy handler.
void turn_to_wal(SqliteConnection& connection) {
  const auto begun = Clock::now();
  while (true) {
    try {
      connection.script({"open", "PRAGMA journal_mode = WAL"});
      return;
    } catch (const Error& error) {
      if (error.code() != ErrorCode::busy || Clock::now() - begun > kBusyFor) {
        throw;
      }
      std::this_thread::sleep_for(kLongestWait);
    }
  }
}

// Made here rather than by SQLite, so that nobody else may read it for a moment.
void create_file(const std::string& path) {
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  std::error_code failed;
  std::filesystem::create_directories(parent, failed);
  const int file = ::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file >= 0) {
    ::close(file);
  }
}

}  // namespace

std::unique_ptr<Connection> connect(const DatabaseUrl& url, std::string_view purpose, bool create) {
  const std::string& path = url.path();
  std::error_code failed;
  if (std::filesystem::is_directory(path, failed)) {
    throw Error(
        ErrorCode::refused,
        path + " is a folder; the " + std::string(purpose) + " needs the path of a database file");
  }
  if (!std::filesystem::exists(path, failed)) {
    if (!create) {
      throw Error(ErrorCode::unreachable,
                  "the " + std::string(purpose) + " " + path + " does not exist");
    }
    create_file(path);
  }
  const bool writable = ::access(path.c_str(), W_OK) == 0;
  try {
    auto connection = std::make_unique<SqliteConnection>(
        path, writable ? SQLite::OPEN_READWRITE : SQLite::OPEN_READONLY);
    // The header is read only by the first statement.
    connection->script({"open", "SELECT count(*) FROM sqlite_schema"});
    if (create && writable) {
      turn_to_wal(*connection);
    }
    return connection;
  } catch (const SQLite::Exception& error) {
    throw translate(error, path, "open");
  }
}

}  // namespace tranche::sql::sqlite
