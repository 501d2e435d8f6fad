#pragma once

#include "cli/output.hpp"

#include "tranche/units.hpp"

#include <string>
#include <string_view>

/// Values as tables show them to people. Fields are those of a row in JSON.
namespace tranche::cli {

/// "340ms", "1.2s", "4m05s", "3h20m", "2d04h".
std::string short_duration(Duration duration);
/// "2026-01-01 12:34:56Z"; "-" for null.
std::string short_time(const Json& time);
/// "73.4k"; "-" for null.
std::string short_weight(const Json& weight);
/// From one time of a row to another; "-" where either is null.
std::string time_between(const Json& from, const Json& to);

/// A column of such a value; `key` names its field.
Column time_column(std::string key, std::string header, int priority);
Column weight_column(std::string key, std::string header, int priority);
/// The start of a run's identifier, which run-info takes as well.
Column run_column(int priority);
/// Numbers and keys, to the right.
Column number_column(std::string key, std::string header, int priority);

/// Whose transactions unsettled assets wait for: "pid 123 loader (35s)".
std::string writers_text(const Json& row);

}  // namespace tranche::cli
