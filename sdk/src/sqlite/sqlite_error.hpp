#pragma once

#include "tranche/error.hpp"

#include <SQLiteCpp/Exception.h>

#include <string_view>

namespace tranche::sql::sqlite {

/// What an SQLite error means to callers. `where` names the database file, `query` the statement.
Error translate(const SQLite::Exception& error, std::string_view where, std::string_view query);

}  // namespace tranche::sql::sqlite
