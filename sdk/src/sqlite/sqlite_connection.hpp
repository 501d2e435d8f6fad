#pragma once

#include "sql/connection.hpp"

namespace tranche::sql::sqlite {

std::unique_ptr<Connection> connect(const DatabaseUrl& url, std::string_view purpose, bool create);

}  // namespace tranche::sql::sqlite
