#include "cli/report_charts.hpp"

#include "cli/people.hpp"

#include <algorithm>
#include <cstdio>
#include <numeric>

namespace tranche::cli {
namespace {

constexpr double kWidth = 1000;
constexpr double kHeight = 180;
constexpr double kLane = 16;
constexpr std::size_t kMostLanes = 24;
/// One that failed among hundreds is to be seen.
constexpr double kLeastTrouble = 4;
constexpr double kRoomForTrouble = 20;

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

/// Of what has a fraction that nobody asks for.
std::string rate_text(double rate) {
  constexpr double kShort = 999;
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", rate);
  return rate < kShort ? text : format_weight_short(rate);
}

std::string seconds_text(double seconds) {
  return short_duration(Duration(static_cast<std::int64_t>(seconds * 1000)));
}

std::string svg(const std::string& name, double height, const std::string& inside) {
  return "<svg role=\"img\" aria-label=\"" + name + "\" viewBox=\"0 0 " + number(kWidth) + " " +
         number(height) + "\" preserveAspectRatio=\"none\" style=\"height:" + number(height) +
         "px\">" + inside + "</svg>\n";
}

std::string ends(const std::string& left, const std::string& right) {
  return "<p class=\"ends\"><span>" + html_text(left) + "</span><span>" + html_text(right) +
         "</span></p>\n";
}

std::string times(TimePoint from, TimePoint to) {
  return ends(format_time(from).substr(0, 19) + "Z", format_time(to).substr(0, 19) + "Z");
}

std::string title_of(const ReportedBatch& one) {
  return "<title>" +
         html_text("batch " + std::to_string(one.id) + ", " + one.status + ", keys " + one.keys +
                   ", " + std::to_string(one.count) + " assets, weight " +
                   format_weight_short(one.weight) + ", " + seconds_text(one.seconds())) +
         "</title>";
}

std::string rectangle(double x, double y, double width, double height, const std::string& rest) {
  return "<rect x=\"" + number(x) + "\" y=\"" + number(y) + "\" width=\"" + number(width) +
         "\" height=\"" + number(height) + "\"" + rest;
}

/// Where a bar fits behind another; the last lane takes what fits nowhere.
std::size_t lane_for(std::vector<TimePoint>& lanes, const ReportedBatch& one) {
  for (std::size_t lane = 0; lane < lanes.size(); ++lane) {
    if (lanes[lane] <= one.begin) {
      lanes[lane] = one.end;
      return lane;
    }
  }
  if (lanes.size() < kMostLanes) {
    lanes.push_back(one.end);
  }
  return lanes.size() - 1;
}

double busy_of(const ReportedShare& share) {
  return std::accumulate(
      share.busy.begin(), share.busy.end(), 0.0, [](double sum, const auto& one) {
        return sum + one.second;
      });
}

double share_of(const ReportedShare& share, bool by_weight) {
  return by_weight ? share.weight : static_cast<double>(share.count);
}

}  // namespace

std::string html_text(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '\'':
        safe += "&#39;";
        break;
      default:
        safe += static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t' ? ' ' : c;
    }
  }
  return safe;
}

std::string timeline_chart(const ReportData& data) {
  const TimePoint from = data.bars.front().begin;
  TimePoint to = from + Duration(1);
  for (const ReportedBatch& one : data.bars) {
    to = std::max(to, one.end);
  }
  const auto x_of = [&](TimePoint time) {
    return kWidth * static_cast<double>((time - from).count()) /
           static_cast<double>((to - from).count());
  };
  std::vector<TimePoint> lanes;
  std::string inside;
  for (const ReportedBatch& one : data.bars) {
    const std::size_t lane = lane_for(lanes, one);
    const double x = std::min(x_of(one.begin), kWidth - 1.5);
    inside += rectangle(x,
                        static_cast<double>(lane) * kLane + 2,
                        std::max(1.5, x_of(one.end) - x),
                        kLane - 4,
                        " class=\"" + one.status + "\">" + title_of(one) + "</rect>");
  }
  return svg("time line of batches", static_cast<double>(lanes.size()) * kLane, inside) +
         times(from, to);
}

std::string load_chart(const ReportData& data) {
  const auto at_once = [&](double busy) { return busy / data.share_seconds(); };
  double most = 0;
  for (const ReportedShare& share : data.shares) {
    most = std::max(most, at_once(busy_of(share)));
  }
  const double width = kWidth / static_cast<double>(data.shares.size());
  std::string inside;
  for (std::size_t i = 0; i < data.shares.size(); ++i) {
    double top = kHeight;
    for (const auto& [status, busy] : data.shares[i].busy) {
      const double height =
          std::max((kHeight - kRoomForTrouble) * at_once(busy) / std::max(most, 0.001),
                   status == "succeeded" ? 0 : kLeastTrouble);
      top -= height;
      inside += rectangle(
          static_cast<double>(i) * width, top, width - 2, height, " class=\"" + status + "\"/>");
    }
  }
  return "<p class=\"top\">" + rate_text(most) + " batches at once</p>\n" +
         svg("batches at work", kHeight, inside) + times(*data.begin, *data.end);
}

std::string duration_chart(const ReportData& data) {
  const auto size_of = [&](const ReportedBatch& one) {
    return data.weight > 0 ? one.weight : static_cast<double>(one.count);
  };
  double largest = 1;
  double longest = 0.001;
  for (const ReportedBatch& one : data.dots) {
    largest = std::max(largest, size_of(one));
    longest = std::max(longest, one.seconds());
  }
  std::string inside;
  for (const ReportedBatch& one : data.dots) {
    // A line without length, so that its round ends stay round however the chart is stretched.
    inside += "<path class=\"dot " + one.status + "\" d=\"M" +
              number(10 + (kWidth - 20) * size_of(one) / largest) + " " +
              number(kHeight - 6 - (kHeight - 12) * one.seconds() / longest) + "h0\">" +
              title_of(one) + "</path>";
  }
  return "<p class=\"top\">" + seconds_text(longest) + "</p>\n" +
         svg("durations of batches", kHeight, inside) +
         ends("0",
              data.weight > 0 ? "weight " + format_weight_short(largest)
                              : format_weight_short(largest) + " assets");
}

std::string throughput_chart(const ReportData& data, bool by_weight) {
  const double seconds = data.share_seconds();
  double most = 0;
  for (const ReportedShare& share : data.shares) {
    most = std::max(most, share_of(share, by_weight));
  }
  const double width = kWidth / static_cast<double>(data.shares.size());
  std::string inside;
  for (std::size_t i = 0; i < data.shares.size(); ++i) {
    const double height = most > 0 ? (kHeight - 2) * share_of(data.shares[i], by_weight) / most : 0;
    if (height > 0) {
      inside += rectangle(static_cast<double>(i) * width,
                          kHeight - height,
                          width - 2,
                          height,
                          " class=\"column\"/>");
    }
  }
  return "<p class=\"top\">" + rate_text(most / seconds) +
         (by_weight ? " of weight a second" : " assets a second") + "</p>\n" +
         svg(by_weight ? "weight a second" : "assets a second", kHeight, inside) +
         times(*data.begin, *data.end);
}

}  // namespace tranche::cli
