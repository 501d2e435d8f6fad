#include "postgres/postgres_error.hpp"

#include "tranche/database_url.hpp"

#include <pqxx/pqxx>

#include <optional>

namespace tranche::sql::postgres {

namespace {

constexpr std::string_view kInsufficientPrivilege = "42501";
constexpr std::string_view kLockNotAvailable = "55P03";
// To begin a transaction that writes is refused so during recovery, and for nothing else.
constexpr std::string_view kNotSupported = "0A000";

// libpq's report of a failed connection: every address that was tried, over several lines.
std::string folded(std::string_view text) {
  std::string line;
  for (const char c : text) {
    if (c != '\n') {
      line += c == '\t' ? ' ' : c;
    } else if (!line.ends_with(' ')) {
      line += ' ';
    }
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return redact_passwords(line);
}

ErrorCode code_of(std::string_view sqlstate) {
  if (sqlstate == "57014") {
    return ErrorCode::timeout;
  }
  if (sqlstate == "40001" || sqlstate == "40P01" || sqlstate == kLockNotAvailable) {
    return ErrorCode::busy;
  }
  const std::string_view group = sqlstate.substr(0, 2);
  if (group == "08" || group == "57" || sqlstate == "53300") {
    return ErrorCode::unreachable;
  }
  if (group == "42" || group == "22" || group == "23" || group == "2B" || group == "0A" ||
      group == "25" || group == "3F" || group == "21" || group == "54" || group == "P0" ||
      group == "55") {
    return ErrorCode::refused;
  }
  return ErrorCode::internal;
}

// libpqxx 6 keeps the SQLSTATE of most errors, but of these the class alone; a few are not even
// sql_error.
std::optional<std::string> sqlstate_of(const std::exception& error) {
  if (dynamic_cast<const pqxx::insufficient_privilege*>(&error) != nullptr) {
    return std::string(kInsufficientPrivilege);
  }
  if (dynamic_cast<const pqxx::deadlock_detected*>(&error) != nullptr) {
    return "40P01";
  }
  if (dynamic_cast<const pqxx::serialization_failure*>(&error) != nullptr) {
    return "40001";
  }
  const auto* sql = dynamic_cast<const pqxx::sql_error*>(&error);
  return sql != nullptr ? std::optional(sql->sqlstate()) : std::nullopt;
}

// What libpqxx says of a connection that was made, and gone before the first statement.
constexpr std::string_view kGoneAtOnce = "Connection to database failed";

}  // namespace

bool is_server_there(const std::exception& error) {
  const std::string_view said = error.what();
  // libpq gives a connection's failure no SQLSTATE: these are the server's words, where they are
  // English.
  const auto says = [&](std::string_view words) { return said.find(words) != said.npos; };
  return said == kGoneAtOnce || says("server closed the connection unexpectedly") ||
         says("terminating connection") || says("the database system is ") ||
         says("too many clients") || says("too many connections");
}

bool tells_of_lost_connection(const std::exception& error) {
  // Where the server left a warning before it died, libpq finds that it cannot write, reads the
  // warning, and still calls the connection open: to libpqxx that is an error of the statement.
  // The server's own words would begin with a severity.
  const std::string_view said = error.what();
  return said.starts_with("server closed the connection") ||
         said.starts_with("could not send data to server") || said.starts_with("SSL ");
}

std::string first_line(std::string_view text) {
  for (const std::string_view prefix : {"ERROR:", "FATAL:", "PANIC:"}) {
    if (const auto at = text.find(prefix); at != std::string_view::npos) {
      text.remove_prefix(at + prefix.size());
      break;
    }
  }
  text.remove_prefix(std::min(text.find_first_not_of(" \n"), text.size()));
  return std::string(text.substr(0, text.find('\n')));
}

Error translate(const std::exception& error, std::string_view where, std::string_view query) {
  const std::string at(where);
  const std::string name(query);
  if (const auto* known = dynamic_cast<const Error*>(&error)) {
    return *known;
  }
  if (tells_of_lost_connection(error)) {
    return {ErrorCode::unreachable, "no connection to " + at + ": it broke", name};
  }
  if (const auto sqlstate = sqlstate_of(error)) {
    if (*sqlstate == kNotSupported && query == "begin") {
      // In a fail-over it becomes the primary in a moment. By the name of "connect", as nothing was
      // reached: a single step that meets it first is told at once.
      return {ErrorCode::unreachable,
              at + " is a standby, which takes no writes; name the primary, or several hosts with "
                   "target_session_attrs=read-write",
              "connect",
              *sqlstate};
    }
    const ErrorCode code = code_of(*sqlstate);
    std::string text = first_line(error.what());
    if (code == ErrorCode::timeout) {
      text = "a statement on " + at + " ran past its time limit (" + text + ")";
    } else if (*sqlstate == kLockNotAvailable) {
      text = "somebody else holds a lock on " + at + " that a statement needs (" + text + ")";
    } else if (*sqlstate == kInsufficientPrivilege) {
      text += "; 'tranche db roles' prints the grants that a role needs";
    }
    return {code, text, name, *sqlstate};
  }
  if (dynamic_cast<const pqxx::in_doubt_error*>(&error) != nullptr) {
    return {ErrorCode::in_doubt, "the connection to " + at + " broke during a commit", name};
  }
  if (dynamic_cast<const pqxx::broken_connection*>(&error) != nullptr) {
    // What libpqxx stumbles over first when it looks at the answer of a connection that is gone.
    const std::string said = folded(error.what());
    const bool broke = said == kGoneAtOnce || said.find("client encoding") != std::string::npos;
    return {ErrorCode::unreachable,
            "no connection to " + at + ": " + (broke ? "it broke" : said),
            name};
  }
  return {ErrorCode::internal, at + ": " + folded(error.what()), name};
}

}  // namespace tranche::sql::postgres
