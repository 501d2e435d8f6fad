#include "sqlite/sqlite_error.hpp"

#include <sqlite3.h>

namespace tranche::sql::sqlite {

Error translate(const SQLite::Exception& error, std::string_view where, std::string_view query) {
  const std::string file(where);
  const std::string name(query);
  const std::string text = error.what();
  switch (error.getErrorCode() & 0xff) {
    case SQLITE_NOTADB:
      return {ErrorCode::refused,
              file + " is not an SQLite database; give the path of one, or of a new file",
              name};
    case SQLITE_CORRUPT:
      return {
          ErrorCode::refused, file + " is damaged (" + text + "); restore it from a backup", name};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorCode::busy,
              file + " is locked by another program; try again when it has finished",
              name};
    case SQLITE_INTERRUPT:
      return {ErrorCode::timeout, "a statement on " + file + " ran past its time limit", name};
    case SQLITE_CANTOPEN:
      return {ErrorCode::unreachable,
              file + " cannot be opened; check that the path exists and may be read and written",
              name};
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return {ErrorCode::refused,
              file + " may not be written; check its permissions and its folder's",
              name};
    case SQLITE_FULL:
      return {ErrorCode::refused, "no space is left on the disk of " + file, name};
    case SQLITE_ERROR:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG:
      return {ErrorCode::refused, text, name};
    default:
      return {ErrorCode::internal, file + ": " + text, name};
  }
}

}  // namespace tranche::sql::sqlite
