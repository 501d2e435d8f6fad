#pragma once

#include "sql/connection.hpp"

#include <functional>
#include <memory>

namespace tranche::sql {

using ConnectionWrap = std::function<std::unique_ptr<Connection>(std::unique_ptr<Connection>)>;

/// What stands between the sdk and every connection opened from now on; empty: nothing. By it tests
/// see each statement that a database is asked. Threads: call while no other is in the sdk.
void wrap_connections(ConnectionWrap wrap);

}  // namespace tranche::sql
