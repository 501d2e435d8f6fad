#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tranche::adapters {

struct AirflowTime {
  std::chrono::milliseconds since_1970{};
  std::string
      iso_utc;  ///< as Python's isoformat() writes it: microseconds only where there are any
};

/// "2026-01-01T02:00:00.123456+02:00", also with Z. Empty for any other form.
std::optional<AirflowTime> parse_airflow_time(std::string_view text);

/// The time in "manual__2026-01-01T00:00:00+00:00" or "…+00:00_suffix"; empty: there is none.
std::string time_in_run_id(std::string_view run_id);

}  // namespace tranche::adapters
