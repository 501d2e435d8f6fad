#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tranche::adapters {

/// What spark-submit's standard error tells, in Spark's own words. Each is empty until it is told.
struct SparkTold {
  std::string application_id;  ///< app-…, application_…, spark-…
  std::string driver_id;       ///< driver-…, of a standalone cluster
  std::string submission_id;   ///< NAMESPACE:POD
  std::string driver_state;    ///< standalone: RUNNING, FINISHED, FAILED, …; the last one
  std::string final_status;    ///< YARN: UNDEFINED, SUCCEEDED, FAILED, KILLED
  std::string phase;           ///< of the driver's pod: Running, Succeeded, Failed, …
  std::optional<int> pod_exit_code;
  bool by_rest = false;  ///< submitted through a standalone master's REST server
  std::string reason;    ///< the line that says best why it failed
};

/// Reads it as it passes.
class SparkLog {
 public:
  /// Lines may be cut anywhere.
  void feed(std::string_view data);
  /// With what came after the last line's end.
  const SparkTold& told();
  /// The reason where it is an exception; else empty.
  std::string exception();

 private:
  void read(std::string_view line);
  void read_ids(std::string_view line);
  void read_states(std::string_view line);
  void read_reason(std::string_view line);

  std::string line_;
  SparkTold told_;
  bool exception_ = false;  ///< the reason is one
};

}  // namespace tranche::adapters
