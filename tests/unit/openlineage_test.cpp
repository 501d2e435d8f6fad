#include "openlineage/airflow_time.hpp"
#include "openlineage/uuid.hpp"

#include <catch2/catch.hpp>

using namespace tranche::adapters;

namespace {

std::string iso(std::string_view text) {
  const auto time = parse_airflow_time(text);
  return time ? time->iso_utc : "none";
}

}  // namespace

TEST_CASE("a time of Airflow is told in UTC as Python writes it", "[unit]") {
  CHECK(iso("2026-01-01T02:00:00+02:00") == "2026-01-01T00:00:00+00:00");
  CHECK(iso("2026-01-01T00:00:00.5Z") == "2026-01-01T00:00:00.500000+00:00");
  CHECK(iso("2025-12-31T19:30:00.000001-05:30") == "2026-01-01T01:00:00.000001+00:00");
  for (const char* const other : {"",
                                  "2026-01-01",
                                  "2026-01-01T00:00:00",
                                  "2026-13-01T00:00:00Z",
                                  "2026-01-01T00:00:00+0200",
                                  "2026-01-01T00:00:00.Z",
                                  "2026-01-01T00:00:00Z ",
                                  "-026-01-01T00:00:00Z"}) {
    INFO(other);
    CHECK(iso(other) == "none");
  }
}

TEST_CASE("the name of a DAG run may hold its time", "[unit]") {
  CHECK(time_in_run_id("manual__2026-01-01T00:00:00+00:00") == "2026-01-01T00:00:00+00:00");
  CHECK(time_in_run_id("asset_triggered__2026-01-01T00:00:00.12Z_x_y") ==
        "2026-01-01T00:00:00.12Z");
  CHECK(time_in_run_id("manual__2026-01-01T00:00:00Zx").empty());
  CHECK(time_in_run_id("mine").empty());
}

TEST_CASE("a name in a space has one UUID", "[unit]") {
  // As uuid.uuid5(uuid.NAMESPACE_DNS, "python.org") of Python.
  CHECK(name_uuid("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "python.org") ==
        "886313e1-3b8a-5372-9b90-0c9aee199e5d");
  CHECK_FALSE(name_uuid("no-uuid", "python.org"));
}
