#include "loop/report_file.hpp"

#include "loop/command_files.hpp"
#include "loop/reported_items.hpp"

#include <fstream>

namespace tranche::runner {
namespace {

bool read_json(const std::string& line, ReportLine& read) {
  const auto object = nlohmann::json::parse(line, nullptr, false);
  if (!object.is_object()) {
    return false;
  }
  const auto text = [&](const char* name) {
    return object.contains(name) ? text_of(object[name]) : std::string();
  };
  const bool failed = object.contains("failed") || text("status") == "failed";
  if (!failed && !object.contains("done") && text("status") != "done") {
    return false;
  }
  const char* const short_form = failed ? "failed" : "done";
  read = {failed, text(object.contains("item") ? "item" : short_form), text("reason"), false};
  return true;
}

bool read_plain(const std::string& line, ReportLine& read) {
  constexpr std::string_view kDone = "done ";
  constexpr std::string_view kFailed = "failed ";
  const bool failed = line.starts_with(kFailed);
  if (!failed && !line.starts_with(kDone)) {
    return false;
  }
  read = {failed, line.substr(failed ? kFailed.size() : kDone.size()), {}, true};
  return true;
}

}  // namespace

std::int64_t for_each_report_line(const std::filesystem::path& path,
                                  const std::function<void(const ReportLine&)>& each,
                                  std::string* first) {
  std::int64_t strange = 0;
  std::ifstream file(path);
  std::string line;
  ReportLine read;
  while (std::getline(file, line)) {
    if (read_plain(line, read) || (!line.empty() && read_json(line, read))) {
      each(read);
    } else if (!line.empty() && strange++ == 0 && first != nullptr) {
      *first = line;
    }
  }
  return strange;
}

Report read_report(const std::filesystem::path& path) {
  Report report;
  std::string strange;
  const std::int64_t others = for_each_report_line(
      path,
      [&](const ReportLine& line) {
        if (!line.failed) {
          ++report.done;
        } else if (report.failed++ == 0) {
          report.first_failed = line.item;
          report.first_reason = line.reason;
        }
      },
      &strange);
  tell_left_out(
      "lines of the report file that are neither 'done ITEM' nor 'failed ITEM'", others, strange);
  return report;
}

std::string told_failed(const Report& report) {
  return "reported " + std::to_string(report.failed) +
         (report.failed == 1 ? " failed item: " : " failed items, the first: ") +
         report.first_failed +
         (report.first_reason.empty() ? "" : " (" + report.first_reason + ")");
}

ItemsDone settle_items(Inventory& inventory,
                       const Batch& batch,
                       const std::filesystem::path& report,
                       bool ended_well,
                       ReleaseRequest& request) {
  ReportedItems items(report, ended_well);
  inventory.for_each_asset(batch, [&](const Asset& asset) { items.add(asset); });
  ItemsDone totals = items.finish(request.done_keys);
  if (totals.left == 0) {
    request.status = ReleaseRequest::Status::succeeded;
    request.done_keys.clear();
  }
  return totals;
}

}  // namespace tranche::runner
