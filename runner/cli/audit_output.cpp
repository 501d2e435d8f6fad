#include "cli/audit_output.hpp"

#include "cli/people.hpp"
#include "cli/print.hpp"
#include "cli/short_listing.hpp"
#include "json/audit_json.hpp"
#include "log.hpp"

#include <cstdio>

namespace tranche::cli {
namespace {

using Align = Column::Align;

std::string line_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string batch_text(const Json& row) {
  return row.at("batch_id").is_null() ? "none" : row.at("batch_id").dump();
}

std::string repair_text(const Json& row) {
  return row.at("straggler_batch_id").is_null() ? "-" : row.at("straggler_batch_id").dump();
}

std::vector<Column> columns() {
  return {{"kind", "FOUND", Align::left, 10},
          number_column("first_key", "FIRST", 8),
          number_column("last_key", "LAST", 8),
          {"count", "COUNT", Align::right, 6},
          {"batch_id", "BATCH", Align::right, 7, batch_text},
          {"straggler_batch_id", "REPAIRED BY", Align::right, 7, repair_text},
          {"item", "ITEM", Align::left, 5},
          weight_column("weight", "WEIGHT", 4)};
}

const std::vector<Column> kTotals{{"ranges", "RANGES"},
                                  {"stragglers", "STRAGGLER BATCHES"},
                                  {"assets", "ASSETS"},
                                  {"late", "LATE"},
                                  {"vanished", "VANISHED"},
                                  {"changed", "CHANGED BATCHES"},
                                  {"repaired", "REPAIRED"}};

std::string counted(std::int64_t number, const std::string& one, const std::string& many) {
  return std::to_string(number) + " " + (number == 1 ? one : many);
}

std::string summary(const AuditTotals& totals) {
  return counted(totals.assets, "asset", "assets") + " in " +
         counted(totals.ranges, "range", "ranges") + ": " + std::to_string(totals.late) +
         " late, " + std::to_string(totals.vanished) + " vanished, " +
         counted(totals.changed, "batch", "batches") + " changed";
}

/// Where keys are numbers.
std::string percent(const Key& first, const Key& at, const Key& end) {
  if (!at.is_number() || end.number() <= first.number()) {
    return {};
  }
  const auto from = static_cast<double>(first.number());
  const double part =
      (static_cast<double>(at.number()) - from) / (static_cast<double>(end.number()) - from);
  return " (" + std::to_string(static_cast<int>(part * 100)) + "%)";
}

}  // namespace

AuditReport::AuditReport(OutputFormat format, const std::string& job, const std::string& window)
    : format_(format),
      head_{{"job", job}, {"window", window}},
      listing_(format, "differences", columns()) {
  if (format_ == OutputFormat::json) {
    const std::string head = line_of(head_);
    print(head.substr(0, head.size() - 1) + ",\"findings\":");
  }
}

void AuditReport::add(const AuditFinding& finding) {
  if (++found_ <= kTableLimit || format_ != OutputFormat::table) {
    listing_.add(runner::finding_json(finding));
  }
}

void AuditReport::finish(const AuditTotals& totals) {
  const Json json = runner::totals_json(totals);
  if (format_ == OutputFormat::jsonl) {
    Json last{{"kind", "totals"}};
    last.update(head_);
    last.update(json);
    listing_.add(last);
  }
  if (format_ != OutputFormat::table || found_ > 0) {
    listing_.finish();
  }
  switch (format_) {
    case OutputFormat::json:
      print("," + line_of(json).substr(1) + "\n");
      break;
    case OutputFormat::csv:
      runner::log::info(summary(totals));
      break;
    case OutputFormat::jsonl:
      break;
    case OutputFormat::table:
      if (found_ > kTableLimit) {
        runner::log::info("and " + std::to_string(found_ - kTableLimit) +
                          " more; -o jsonl lists all");
      }
      print(found_ > 0 ? "\n" : "");
      show_object(format_, kTotals, json);
  }
}

void AuditProgress::show(const AuditTotals& totals, const Key& at, const Key& end) {
  first_ = first_ ? first_ : at;
  if (Clock::now() < next_) {
    return;
  }
  const std::string text =
      "audited up to key " + at.text() + percent(*first_, at, end) + ", " + summary(totals);
  if (!line_) {
    next_ = Clock::now() + std::chrono::seconds(30);
    runner::log::info(text);
    return;
  }
  next_ = Clock::now() + std::chrono::milliseconds(200);
  std::fprintf(stderr, "\r\033[K%s", text.c_str());
  std::fflush(stderr);
  on_screen_ = true;
}

void AuditProgress::clear() {
  if (on_screen_) {
    std::fputs("\r\033[K", stderr);
    on_screen_ = false;
  }
}

}  // namespace tranche::cli
