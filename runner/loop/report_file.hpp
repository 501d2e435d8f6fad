#pragma once

#include "tranche/inventory.hpp"

#include <filesystem>
#include <functional>
#include <string>

namespace tranche::runner {

/// One line of TRANCHE_REPORT_FILE that says something.
struct ReportLine {
  bool failed = false;
  std::string item;
  std::string reason;
  bool plain = false;  ///< of a failed one `item` may end with its reason
};

/// Calls `each` with the lines `done ITEM` and `failed ITEM [REASON]`, and with the same as JSON:
/// {"done":ITEM}, {"failed":ITEM,"reason":…}, {"item":…,"status":"done"|"failed","reason":…}.
/// Memory does not grow with the file. Returns how many other lines there are; told: `first`.
std::int64_t for_each_report_line(const std::filesystem::path& file,
                                  const std::function<void(const ReportLine&)>& each,
                                  std::string* first = nullptr);

/// The items that the command reported, by number of lines.
struct Report {
  std::int64_t done = 0;
  std::int64_t failed = 0;
  std::string first_failed;
  std::string first_reason;

  bool empty() const { return done == 0 && failed == 0; }
};
/// Lines that say nothing are told on standard error.
Report read_report(const std::filesystem::path& file);

/// "2 items were reported as failed, the first: file3 (no such file)".
std::string told_failed(const Report& report);

/// Of the assets of a batch that is not done as a whole.
struct ItemsDone {
  std::int64_t done = 0;
  double done_weight = 0;
  std::int64_t left = 0;
};

/// Puts the assets that the report says are done into the request, which becomes a success where
/// nothing is left. `ended_well`: of the others, only those reported as failed are left.
ItemsDone settle_items(Inventory& inventory,
                       const Batch& batch,
                       const std::filesystem::path& report,
                       bool ended_well,
                       ReleaseRequest& request);

}  // namespace tranche::runner
