#include "sql/connection.hpp"

#include "sql/connection_wrap.hpp"

#ifdef TRANCHE_POSTGRES
#include "postgres/deadline.hpp"
#include "postgres/postgres_connection.hpp"
#endif
#include "sqlite/sqlite_connection.hpp"

#include "tranche/error.hpp"

namespace tranche::sql {

std::optional<std::int64_t> Rows::maybe_integer(int column) const {
  return is_null(column) ? std::nullopt : std::optional(integer(column));
}
std::optional<double> Rows::maybe_real(int column) const {
  return is_null(column) ? std::nullopt : std::optional(real(column));
}
std::optional<std::string> Rows::maybe_text(int column) const {
  return is_null(column) ? std::nullopt : std::optional(text(column));
}
std::optional<std::string> Rows::maybe_blob(int column) const {
  return is_null(column) ? std::nullopt : std::optional(blob(column));
}

namespace {

ConnectionWrap& current_wrap() {
  static ConnectionWrap wrap;
  return wrap;
}

std::unique_ptr<Connection> open(const DatabaseUrl& url, std::string_view purpose, bool create) {
  if (url.kind() == DatabaseUrl::Kind::sqlite) {
    return sqlite::connect(url, purpose, create);
  }
#ifdef TRANCHE_POSTGRES
  return postgres::connect(url, purpose);
#else
  throw Error(ErrorCode::refused,
              "this build of tranche has no PostgreSQL support; use sqlite:PATH or rebuild with "
              "TRANCHE_POSTGRES=ON");
#endif
}

}  // namespace

void wrap_connections(ConnectionWrap wrap) {
  current_wrap() = std::move(wrap);
}

void hurry([[maybe_unused]] Duration most) {
#ifdef TRANCHE_POSTGRES
  postgres::Deadline::hurry(most);
#endif
}

std::unique_ptr<Connection> connect(const DatabaseUrl& url, std::string_view purpose, bool create) {
  auto opened = open(url, purpose, create);
  return current_wrap() ? current_wrap()(std::move(opened)) : std::move(opened);
}

}  // namespace tranche::sql
