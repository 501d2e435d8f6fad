#include "tranche/database_url.hpp"

#include "tranche/error.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <pwd.h>
#include <unistd.h>

namespace tranche {
namespace {

constexpr std::string_view kForms =
    "use sqlite:PATH, postgresql://[USER@]HOST/DATABASE or 'host=… dbname=…'";
constexpr std::string_view kEscapes =
    "in a user name or password write %40 for '@', %2F for '/', %3A for ':', %3F for '?', %25 for "
    "'%'";
constexpr std::string_view kSqlite = "sqlite:";
constexpr std::array<std::string_view, 2> kPostgres{"postgresql://", "postgres://"};

[[noreturn]] void refuse(const std::string& message) {
  throw Error(ErrorCode::usage, message);
}

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_keyword_char(char c) {
  return (c >= 'a' && c <= 'z') || c == '_';
}

bool is_keyword(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_keyword_char);
}

/// Cuts `rest` behind the first of `delimiters` and returns what stood before it; all of it where
/// there is none.
std::string_view take_until(std::string_view& rest, std::string_view delimiters) {
  const std::size_t at = rest.find_first_of(delimiters);
  const std::string_view taken = rest.substr(0, at);
  rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
  return taken;
}

// ---- SQLite ----

std::string absolute_path(const std::string& text) {
  const std::filesystem::path path = std::filesystem::absolute(text);
  // "a/../b" is not "b" where a is a symbolic link.
  const bool climbs =
      std::any_of(path.begin(), path.end(), [](const auto& part) { return part == ".."; });
  return climbs ? path.string() : path.lexically_normal().string();
}

std::string sqlite_path(std::string_view path) {
  if (path.starts_with("//")) {
    path.remove_prefix(2);
    if (!path.starts_with('/')) {
      refuse("sqlite://" + std::string(path) +
             " names a host; use sqlite:PATH or sqlite:///ABSOLUTE/PATH");
    }
    path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()) - 1);
  }
  if (path.empty()) {
    refuse("sqlite: lacks its file; use sqlite:PATH");
  }
  if (path == ":memory:") {
    refuse("sqlite::memory: would be gone when the command ends; use sqlite:PATH");
  }
  if (path.find('\0') != std::string_view::npos) {
    refuse("sqlite: a file name cannot hold a NUL byte; use sqlite:PATH");
  }
  return absolute_path(std::string(path));
}

// ---- PostgreSQL: what libpq would take, read only closely enough to know where a password stands
// ----

[[noreturn]] void refuse_uri(std::string_view problem) {
  refuse("this postgresql:// URL " + std::string(problem) +
         " (not shown: it may hold a password); " + std::string(kEscapes));
}

void check_escapes(std::string_view uri) {
  for (std::size_t i = 0; i < uri.size(); ++i) {
    if (uri[i] != '%') {
      continue;
    }
    const std::string_view digits = uri.substr(i + 1, 2);
    if (digits.size() < 2 || !is_hex(digits[0]) || !is_hex(digits[1]) || digits == "00") {
      refuse_uri("has a '%' that begins no escape");
    }
  }
}

/// HOST[:PORT], [IPv6][:PORT]; a part may be missing.
void check_host(std::string_view host) {
  if (host.starts_with('[')) {
    const std::size_t close = host.find(']');
    if (close == std::string_view::npos) {
      refuse_uri("has a '[' without ']' in its host");
    }
    host.remove_prefix(close + 1);
    if (!host.empty() && host.front() != ':') {
      refuse_uri("goes on behind the ']' of its host");
    }
  }
  take_until(host, ":");
  if (!std::all_of(host.begin(), host.end(), is_digit)) {
    refuse_uri("has a port that is no number");
  }
}

/// libpq ends the credentials at the first '@', so that it would print the rest of "u:p@ss@host" as
/// a host's name: more than one is refused.
void check_uri(std::string_view uri) {
  check_escapes(uri);
  if (std::any_of(uri.begin(), uri.end(), [](char c) { return is_space(c) || c == '\0'; })) {
    refuse_uri("holds a space");
  }
  std::string_view query = uri;
  const std::string_view location = take_until(query, "?");
  std::string_view authority = location.substr(0, location.find('/'));
  if (std::count(location.begin(), location.end(), '@') >
          std::count(authority.begin(), authority.end(), '@') ||
      std::count(authority.begin(), authority.end(), '@') > 1) {
    refuse_uri("has an '@' or '/' too many");
  }
  if (authority.find('@') != std::string_view::npos) {
    take_until(authority, "@");
  }
  while (!authority.empty()) {
    check_host(take_until(authority, ","));
  }
  while (!query.empty()) {
    std::string_view value = take_until(query, "&");
    const bool assigned = value.find('=') != std::string_view::npos;
    if (!is_keyword(take_until(value, "=")) || !assigned ||
        value.find('=') != std::string_view::npos) {
      refuse_uri("has a query that is not ?keyword=value&keyword=value");
    }
  }
}

/// True where `text` begins as "keyword =" does.
bool begins_with_keyword(std::string_view text) {
  const std::size_t start = std::min(text.find_first_not_of(" \t\n\r\v\f"), text.size());
  std::size_t end = start;
  while (end < text.size() && is_keyword_char(text[end])) {
    ++end;
  }
  const std::size_t next = text.find_first_not_of(" \t\n\r\v\f", end);
  return end > start && next != std::string_view::npos && text[next] == '=';
}

/// The end of the value at `at`: quoted with ' or up to a space; a backslash takes the next
/// character as it is. npos where a quote is not closed.
std::size_t end_of_value(std::string_view text, std::size_t at) {
  const bool quoted = at < text.size() && text[at] == '\'';
  for (std::size_t i = quoted ? at + 1 : at; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (quoted && text[i] == '\'') {
      return i + 1;
    } else if (!quoted && is_space(text[i])) {
      return i;
    }
  }
  return quoted ? std::string_view::npos : text.size();
}

/// Only positions are named: a stray word may be the second half of a password.
void check_keywords(std::string_view text) {
  std::size_t at = 0;
  while ((at = text.find_first_not_of(" \t\n\r\v\f", at)) != std::string_view::npos) {
    const std::string place =
        " at character " + std::to_string(at + 1) + " (not shown: it may hold a password); ";
    if (!begins_with_keyword(text.substr(at))) {
      refuse("this connection string is not keyword=value" + place +
             "quote a value with spaces: password='a b'");
    }
    at = text.find_first_not_of(" \t\n\r\v\f", text.find('=', at) + 1);
    at = end_of_value(text, std::min(at, text.size()));
    if (at == std::string_view::npos) {
      refuse("this connection string has a quote that is not closed" + place +
             "write a quote inside a value as \\'");
    }
  }
}

[[noreturn]] void refuse_form(std::string_view text) {
  const std::size_t scheme = text.find("://");
  if (scheme != std::string_view::npos) {
    refuse(std::string(text.substr(0, scheme)) + ":// is not a database that tranche knows; " +
           std::string(kForms));
  }
  if (text.find('@') != std::string_view::npos) {
    refuse("this is not a database URL (not shown: it may hold a password); " +
           std::string(kForms));
  }
  const std::string shown = redact_passwords(text);
  refuse("'" + shown + "' is not a database URL; for a file use sqlite:" + shown +
         ", for a server postgresql://[USER@]HOST/DATABASE");
}

}  // namespace

DatabaseUrl DatabaseUrl::parse(std::string_view text) {
  if (text.empty()) {
    refuse("a database URL is empty; " + std::string(kForms));
  }
  if (text.starts_with(kSqlite)) {
    return {Kind::sqlite, sqlite_path(text.substr(kSqlite.size()))};
  }
  for (const std::string_view scheme : kPostgres) {
    if (text.starts_with(scheme)) {
      check_uri(text.substr(scheme.size()));
      return {Kind::postgres, std::string(text)};
    }
  }
  if (!begins_with_keyword(text)) {
    refuse_form(text);
  }
  check_keywords(text);
  return {Kind::postgres, std::string(text)};
}

DatabaseUrl DatabaseUrl::default_inventory() {
  const auto set = [](const char* name) {
    const char* const value = std::getenv(name);
    // The XDG base directory specification has relative paths ignored.
    return value != nullptr && value[0] == '/' ? std::string(value) : std::string();
  };
  std::string data = set("XDG_DATA_HOME");
  if (data.empty()) {
    std::string home = set("HOME");
    if (home.empty()) {
      std::array<char, 4096> buffer{};
      passwd entry{};
      passwd* found = nullptr;
      getpwuid_r(getuid(), &entry, buffer.data(), buffer.size(), &found);
      home = found != nullptr ? found->pw_dir : "";
    }
    if (home.empty()) {
      refuse(
          "no home folder for the default inventory; set HOME or XDG_DATA_HOME, or give --db URL");
    }
    data = home + "/.local/share";
  }
  return {Kind::sqlite, data + "/tranche/inventory.db"};
}

std::string DatabaseUrl::redacted() const {
  return kind_ == Kind::sqlite ? full() : redact_passwords(text_);
}

std::string DatabaseUrl::full() const {
  return kind_ == Kind::sqlite ? std::string(kSqlite) + text_ : text_;
}

}  // namespace tranche
