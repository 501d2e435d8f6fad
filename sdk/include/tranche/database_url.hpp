#pragma once

#include <string>
#include <string_view>

namespace tranche {

/// Where an inventory or a source lives: "sqlite:PATH", a libpq URI ("postgresql://...") or a libpq keyword string ("host=... dbname=...").
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
  /// The connection string of a PostgreSQL database, as libpq takes it. May hold a password: never print it.
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

/// `text` with every password of a database URL or keyword string in it replaced by "***".
std::string redact_passwords(std::string_view text);

}  // namespace tranche
