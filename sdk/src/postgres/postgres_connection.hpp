#pragma once

#include "sql/connection.hpp"

namespace tranche::sql::postgres {

std::unique_ptr<Connection> connect(const DatabaseUrl& url, std::string_view purpose);

}  // namespace tranche::sql::postgres
