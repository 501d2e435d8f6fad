#pragma once

#include "tranche/error.hpp"

#include <exception>
#include <string>
#include <string_view>

namespace tranche::sql::postgres {

/// What an exception of libpqxx means to callers. `where` is the redacted URL, `query` the
/// statement's name.
Error translate(const std::exception& error, std::string_view where, std::string_view query);

/// Whether a connection failed though the server is there: it was just going, coming or full, and
/// may let the next one in.
bool is_server_there(const std::exception& error);

/// Whether it is libpq that speaks, of a connection that it lost while it sent something.
bool tells_of_lost_connection(const std::exception& error);

/// "ERROR:  column "x" does not exist\nLINE 1: ..." -> "column "x" does not exist"
std::string first_line(std::string_view text);

}  // namespace tranche::sql::postgres
