#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace tranche {

using Duration = std::chrono::milliseconds;
/// UTC, milliseconds; always the inventory database's clock unless a name says otherwise.
using TimePoint = std::chrono::sys_time<std::chrono::milliseconds>;

/// "500ms" "90s" "15m" "6h" "2d", "1h30m" (units only get smaller), "0"; any other plain number
/// needs its unit. Errors: ErrorCode::usage naming `what`, the text and the accepted forms;
/// negative and above 10 years refused.
Duration parse_duration(std::string_view text, std::string_view what);
/// In the largest unit that divides it: 90000 ms -> "90s", 5400000 ms -> "90m", 0 -> "0s".
std::string format_duration(Duration value);

/// "1000", "10MiB", "5GB", "1.5k": decimal (k M G T P) and binary (Ki Mi Gi Ti Pi) multiples, an
/// optional B at the end. Shape:  positive, finite. Errors: ErrorCode::usage naming `what`, the
/// text and the accepted forms.
double parse_weight(std::string_view text, std::string_view what);
/// Reads back as the same double. Whole numbers below 1e18 without fraction or exponent: 73412,
/// 0.5, 1e+300.
std::string format_weight(double value);
/// For people: 73412 -> "73.4k"; below 1000 unchanged.
std::string format_weight_short(double value);

/// A whole number in [min, max]. Errors: ErrorCode::usage naming `what`, the text and the accepted
/// range.
std::int64_t parse_integer(std::string_view text,
                           std::string_view what,
                           std::int64_t min,
                           std::int64_t max);

/// RFC 3339, UTC, milliseconds: "2026-01-01T00:00:00.000Z".
std::string format_time(TimePoint time);
/// Accepts RFC 3339 with Z or an offset (+02, +0200 and +02:00), a space instead of T, no fraction,
/// or a date alone (midnight UTC). What is finer than a millisecond is cut off. Errors:
/// ErrorCode::usage naming `what`, the text and the accepted forms.
TimePoint parse_time(std::string_view text, std::string_view what);

}  // namespace tranche
