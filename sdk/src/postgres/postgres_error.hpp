#pragma once

#include "tranche/error.hpp"

#include <exception>
#include <string>
#include <string_view>

namespace tranche::sql::postgres {

/// What an exception of libpqxx means to callers. `where` is the redacted URL, `query` the
/// statement's name.
Error translate(const std::exception& error, std::string_view where, std::string_view query);

/// "ERROR:  column "x" does not exist\nLINE 1: ..." -> "column "x" does not exist"
std::string first_line(std::string_view text);

}  // namespace tranche::sql::postgres
