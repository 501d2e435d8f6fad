#pragma once

#include "sql/connection.hpp"

namespace tranche::sql::postgres {

std::unique_ptr<Connection> connect(const DatabaseUrl& url, std::string_view purpose);

/// A connection string with settings of ours, which those that it names itself go before.
std::string with_defaults(const std::string& conninfo);

}  // namespace tranche::sql::postgres
