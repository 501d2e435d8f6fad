#include "cli/report_page.hpp"

#include "cli/people.hpp"
#include "cli/report_charts.hpp"
#include "cli/report_style.hpp"
#include "version.hpp"

namespace tranche::cli {
namespace {

/// 336,776; of numbers from 0 up.
std::string grouped(std::int64_t value) {
  std::string text = std::to_string(value);
  for (std::size_t at = text.size(); at > 3; at -= 3) {
    text.insert(at - 3, ",");
  }
  return text;
}

std::string seconds_text(double seconds) {
  return short_duration(Duration(static_cast<std::int64_t>(seconds * 1000)));
}

std::string figure(const std::string& id,
                   const std::string& what,
                   const std::string& value,
                   const std::string& shown) {
  return "<div><dt>" + what + "</dt><dd id=\"" + id + "\" data-value=\"" + html_text(value) +
         "\">" + html_text(shown) + "</dd></div>\n";
}

std::string counted(const std::string& id, const std::string& what, std::int64_t value) {
  return figure(id, what, std::to_string(value), grouped(value));
}

std::string weighed(const std::string& id, const std::string& what, double value) {
  return figure(id, what, format_weight(value), format_weight_short(value));
}

std::string lasted(const std::string& id, const std::string& what, double seconds) {
  return figure(id, what, format_weight(seconds), seconds_text(seconds));
}

std::string head(const ReportData& data) {
  const std::string title = data.job + (data.window.empty() ? "" : ", " + data.window);
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
         "'unsafe-inline'\">\n<meta name=\"generator\" content=\"tranche " +
         std::string(runner::version()) + "\">\n<title>" + html_text(title) + "</title>\n<style>" +
         kReportStyle + "</style>\n</head>\n<body>\n<h1>" + html_text(data.job) +
         "</h1>\n<p class=\"faint\">" +
         html_text((data.window.empty() ? "all windows, each counted by itself, "
                                        : "window " + data.window + " ") +
                   "over " + data.table + ", as of " + format_time(data.now) +
                   (data.since ? ", batches acquired since " + format_time(*data.since) : "")) +
         "</p>\n";
}

std::string progress(const ReportData& data, std::int64_t waiting) {
  const std::int64_t all = data.count + waiting;
  // What is left of one in a thousand is not done.
  const std::int64_t tenths = all > 0 ? data.count * 1000 / all : 1000;
  const std::string percent = std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + "%";
  return "<div class=\"bar\"><i style=\"width:" + percent + "\"></i></div>\n<p class=\"faint\">" +
         percent + " of " + grouped(all) + " assets</p>\n";
}

std::string figures(const ReportData& data) {
  std::int64_t waiting = 0;
  double waiting_weight = 0;
  for (const Backlog& backlog : data.backlogs) {
    waiting += backlog.count;
    waiting_weight += backlog.weight;
  }
  const bool weights = data.weight > 0 || waiting_weight > 0;
  const double lasted_for =
      data.begin ? std::chrono::duration<double>(*data.end - *data.begin).count() : 0;
  // An asset that several windows hold would count several times.
  const bool whole = !data.since && data.backlogs.size() == 1;
  std::string text = whole ? progress(data, waiting) : "";
  text += "<dl>\n" + counted("assets", "Assets processed", data.count);
  text += weights ? weighed("weight", "Weight processed", data.weight) : "";
  text += counted("waiting", "Assets waiting", waiting);
  text += weights ? weighed("waiting-weight", "Weight waiting", waiting_weight) : "";
  text += counted("batches", "Batches", data.total());
  for (const auto& [status, number] : data.batches) {
    text += counted("batches-" + status, "Batches " + status, number);
  }
  for (const auto& [outcome, number] : data.attempts) {
    text += counted("attempts-" + outcome, "Attempts " + outcome, number);
  }
  text += lasted("span", "From first to last", lasted_for);
  text += lasted("median", "Median batch", data.median_seconds);
  return text + lasted("busy", "Batches added up", data.seconds) + "</dl>\n";
}

std::string legend(const ReportData& data) {
  std::string text = "<ul class=\"keys\">";
  for (const auto& [status, number] : data.batches) {
    text += "<li><span class=\"key " + status + "\"></span>" + status + "</li>";
  }
  return text + "</ul>\n";
}

std::string section(const std::string& title, const std::string& inside) {
  return "<h2>" + title + "</h2>\n" + inside;
}

std::string durations_title(const ReportData& data) {
  const std::string shown =
      data.dot_step > 1 ? ", one batch in " + grouped(static_cast<std::int64_t>(data.dot_step)) +
                              " and the slowest"
                        : "";
  return (data.weight > 0 ? "Durations against weight" : "Durations against count") + shown;
}

std::string charts(const ReportData& data) {
  if (data.bars.empty()) {
    return "<p>No batch has been acquired yet.</p>\n";
  }
  const std::int64_t total = data.total();
  const auto shown = static_cast<std::int64_t>(data.bars.size());
  std::string text =
      shown < total ? section("Time line", load_chart(data) + legend(data)) +
                          section("The newest " + grouped(shown) + " batches", timeline_chart(data))
                    : section("Time line", timeline_chart(data) + legend(data));
  text += section(durations_title(data), duration_chart(data));
  text += section("Throughput", throughput_chart(data, false));
  return data.weight > 0 ? text + throughput_chart(data, true) : text;
}

std::string slowest(const ReportData& data) {
  std::string text = "<ul class=\"rows\" id=\"slowest\">\n";
  for (const ReportedBatch& one : data.slowest) {
    text += "<li data-batch=\"" + std::to_string(one.id) + "\"><b>" + seconds_text(one.seconds()) +
            "</b>batch " + std::to_string(one.id) + ", " + one.status + ": keys " +
            html_text(one.keys) + ", " + grouped(one.count) + " assets, weight " +
            format_weight_short(one.weight) + "</li>\n";
  }
  return data.slowest.empty() ? "" : section("Slowest batches", text + "</ul>\n");
}

std::string failures(const ReportData& data) {
  std::string text = "<ul class=\"rows\" id=\"failures\">\n";
  for (const ReportedFailure& one : data.failures) {
    text += "<li data-batch=\"" + std::to_string(one.batch_id) + "\"><b>" + one.outcome +
            "</b>batch " + std::to_string(one.batch_id) + ", attempt " +
            std::to_string(one.attempt) + ": keys " + html_text(one.keys) +
            (one.at ? ", " + format_time(*one.at).substr(0, 19) + "Z" : "") +
            (one.message.empty() ? "" : "<pre>" + html_text(one.message) + "</pre>") + "</li>\n";
  }
  return section(data.more_failures ? "The newest attempts that did not succeed"
                                    : "Attempts that did not succeed",
                 data.failures.empty() ? "<p>None.</p>\n" : text + "</ul>\n");
}

}  // namespace

std::string report_page(const ReportData& data) {
  return head(data) + figures(data) + charts(data) + slowest(data) + failures(data) +
         "</body>\n</html>\n";
}

}  // namespace tranche::cli
