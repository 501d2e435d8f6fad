#pragma once

#include <stdexcept>
#include <string>

namespace tranche {

/// What kind of thing went wrong; callers decide on this, never on the text.
enum class ErrorCode {
  usage,       ///< malformed value or combination, found without opening a database or a file
  refused,     ///< understood and refused: missing table, bad filter, negative weight, ...
  not_found,   ///< the named job, batch, campaign or run does not exist
  lease_lost,  ///< token stale: somebody else holds the batch, or it was cancelled
  busy,  ///< the database is locked by others, or chose us as a deadlock's victim; nothing happened
  timeout,      ///< a statement ran past its time limit; nothing happened
  unreachable,  ///< no connection, or it broke before the outcome could matter
  in_doubt,     ///< the connection broke during commit: look the outcome up before repeating
  schema,       ///< the inventory's schema is newer or older than this program
  internal,     ///< everything else; a defect of ours or of the database
};

/// What a caller can do about an Error.
enum class ErrorAction { retry, reconnect, inspect, give_up };

/// The one exception type of tranche.
/// what() is one line: what was wrong, where, what would be accepted. It never holds a password.
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message, std::string query = {}, std::string native = {})
      : std::runtime_error(message),
        code_(code),
        query_(std::move(query)),
        native_(std::move(native)) {}

  ErrorCode code() const noexcept { return code_; }
  /// Name of the query that failed; empty where none was involved.
  const std::string& query() const noexcept { return query_; }
  /// PostgreSQL's SQLSTATE; empty elsewhere.
  const std::string& native() const noexcept { return native_; }
  ErrorAction action() const noexcept;

 private:
  ErrorCode code_;
  std::string query_;
  std::string native_;
};

}  // namespace tranche
