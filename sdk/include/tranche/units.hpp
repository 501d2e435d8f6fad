#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace tranche {

using Duration = std::chrono::milliseconds;
/// UTC, milliseconds; always the inventory database's clock unless a name says otherwise.
using TimePoint = std::chrono::sys_time<std::chrono::milliseconds>;

/// "500ms" "90s" "15m" "6h" "2d", "1h30m", "0"; a plain number other than 0 needs its unit.
/// Errors: ErrorCode::usage naming `what`, the text and the accepted forms; negative and above 10 years refused.
Duration parse_duration(std::string_view text, std::string_view what);
/// The shortest exact form: 90000 ms -> "90s", 5400000 ms -> "90m".
std::string format_duration(Duration value);

/// "1000", "10MiB", "5GB", "1.5k": decimal (k M G T P) and binary (Ki Mi Gi Ti Pi) multiples, an optional B at the end.
/// Shape:  positive, finite.
/// Errors: ErrorCode::usage naming `what`, the text and the accepted forms.
double parse_weight(std::string_view text, std::string_view what);
/// Whole numbers without a fraction, others with up to 17 significant digits: 73412, 0.5.
std::string format_weight(double value);
/// For people: 73412 -> "73.4k"; below 1000 unchanged.
std::string format_weight_short(double value);

/// A whole number in [min, max]. Errors: ErrorCode::usage naming `what`, the text and the accepted range.
std::int64_t parse_integer(std::string_view text, std::string_view what, std::int64_t min, std::int64_t max);

/// RFC 3339, UTC, milliseconds: "2026-01-01T00:00:00.000Z".
std::string format_time(TimePoint time);
/// Accepts RFC 3339 with Z or an offset, a space instead of T, no fraction, or a date alone (midnight UTC).
TimePoint parse_time(std::string_view text, std::string_view what);

}  // namespace tranche
