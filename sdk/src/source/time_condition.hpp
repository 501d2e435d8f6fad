#pragma once

#include "source/describe.hpp"

#include "tranche/source.hpp"

#include <string>

namespace tranche::source {

/// A condition that holds for the rows whose time lies within the bounds, and that an index on the
/// column helps to answer. Errors: refused, where the column holds no times.
std::string postgres_time_condition(const Table& table,
                                    const Column& column,
                                    const TimeBounds& bounds);
/// `type`: of the column's values, as typeof() says it.
std::string sqlite_time_condition(const Table& table,
                                  const Column& column,
                                  const std::string& type,
                                  const TimeBounds& bounds);

}  // namespace tranche::source
