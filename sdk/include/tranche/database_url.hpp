#pragma once

#include <string>
#include <string_view>

namespace tranche {

/// Where an inventory or a source lives: "sqlite:PATH", a libpq URI ("postgresql://...") or a libpq
/// keyword string ("host=... dbname=...").
/// Shape: sqlite:relative/path, sqlite:/absolute/path and sqlite:///absolute/path; a relative path
/// is made
///        absolute at once. A path without "sqlite:" is refused, so that a mistyped URL never
///        becomes a file.
class DatabaseUrl {
 public:
  enum class Kind { sqlite, postgres };

  /// Errors: ErrorCode::usage on any other form; the message never repeats a password.
  static DatabaseUrl parse(std::string_view text);
  /// `sqlite:` at $XDG_DATA_HOME/tranche/inventory.db, else ~/.local/share/tranche/inventory.db.
  static DatabaseUrl default_inventory();

  Kind kind() const { return kind_; }
  /// The file of an SQLite database, absolute.
  const std::string& path() const { return text_; }
  /// The connection string of a PostgreSQL database, as libpq takes it. May hold a password: never
  /// print it.
  const std::string& conninfo() const { return text_; }
  /// The URL with its password as "***": for messages, listings and the ledger.
  std::string redacted() const;
  /// The URL in full, as it can be parsed again. May hold a password.
  std::string full() const;

  bool operator==(const DatabaseUrl&) const = default;

 private:
  DatabaseUrl(Kind kind, std::string text) : kind_(kind), text_(std::move(text)) {}
  Kind kind_;
  std::string text_;
};

/// `text` with every password of a database URL or keyword string in it replaced by "***":
/// user:PW@, ?password=PW, &password=PW, password=PW, password='P W', also of sslpassword and
/// PGPASSWORD. For command lines and error messages: where it is unclear how far a password
/// reaches, more is hidden.
std::string redact_passwords(std::string_view text);

}  // namespace tranche
