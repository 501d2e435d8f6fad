#include "progress/progress_text.hpp"

#include "text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <vector>

namespace tranche::runner {
namespace {

constexpr std::size_t kShortestBar = 12;
constexpr std::size_t kLongestBar = 32;
// So that figures which get longer do not push it away.
constexpr std::size_t kRoomForBar = 99;

std::string pair(std::int64_t large, char large_unit, std::int64_t small, char unit) {
  std::array<char, 48> text{};
  std::snprintf(text.data(),
                text.size(),
                "%lld%c%02lld%c",
                static_cast<long long>(large),
                large_unit,
                static_cast<long long>(small),
                unit);
  return text.data();
}

/// Digits as far as people read them.
std::string number(std::int64_t count) {
  constexpr std::int64_t kLong = 1'000'000;
  return count < kLong ? std::to_string(count) : format_weight_short(static_cast<double>(count));
}

/// A part of the line; the lowest rank is the first to go where the terminal is narrow.
struct Part {
  int rank;
  std::string text;
};

std::vector<Part> parts_of(const Figures& figures) {
  std::vector<Part> parts;
  const auto& total = figures.total;
  const bool weighs = total ? total->weight > 0 : figures.done.weight > 0;
  if (total) {
    parts.push_back({9, percent(*figures.share())});
    parts.push_back({8, number(figures.done.count) + "/" + number(total->count)});
  } else {
    parts.push_back({8, number(figures.done.count) + " done"});
  }
  if (weighs) {
    const std::string done = format_weight_short(figures.done.weight);
    parts.push_back({2, total ? done + "/" + format_weight_short(total->weight) : done});
  }
  if (figures.rate) {
    parts.push_back({3, rate_number(weighs ? figures.rate->weight : figures.rate->count) + "/s"});
  }
  if (const auto left = figures.left()) {
    parts.push_back({7, "ETA " + coarse_duration(*left)});
  }
  parts.push_back({5, std::to_string(figures.running) + " running"});
  if (figures.failed > 0) {
    parts.push_back({6, std::to_string(figures.failed) + " failed"});
  }
  if (figures.slowest) {
    parts.push_back({4,
                     "batch " + std::to_string(figures.slowest->batch_id) + " " +
                         coarse_duration(figures.slowest->running)});
  }
  return parts;
}

std::string joined(const std::vector<Part>& parts, const char* between) {
  std::string text;
  for (const Part& part : parts) {
    text += (text.empty() ? "" : between) + part.text;
  }
  return text;
}

}  // namespace

std::string progress_bar(double share, std::size_t width) {
  const std::size_t inside = width - 2;
  const auto filled =
      std::min(inside, static_cast<std::size_t>(share * static_cast<double>(inside)));
  std::string bar(filled, '=');
  if (filled < inside) {
    bar += '>';
  }
  bar.resize(inside, ' ');
  return "[" + bar + "]";
}

std::string percent(double share) {
  return std::to_string(static_cast<int>(share * 100)) + "%";
}

std::string rate_number(double rate) {
  std::array<char, 48> text{};
  if (rate >= 1000) {
    return format_weight_short(std::round(rate));
  }
  std::snprintf(text.data(), text.size(), rate < 10 ? "%.1f" : "%.0f", rate);
  return text.data();
}

std::string coarse_duration(Duration duration) {
  const std::int64_t s = std::max<std::int64_t>(0, duration.count() / 1000);
  return s < 60       ? std::to_string(s) + "s"
         : s < 3600   ? pair(s / 60, 'm', s % 60, 's')
         : s < 86'400 ? pair(s / 3600, 'h', s % 3600 / 60, 'm')
                      : pair(s / 86'400, 'd', s % 86'400 / 3600, 'h');
}

std::string progress_line(const Figures& figures, std::size_t width) {
  // The last column stays free: some terminals go to the next line there.
  const std::size_t room = width > 1 ? width - 1 : 79;
  constexpr const char* kBetween = "  ";
  std::vector<Part> parts = parts_of(figures);
  std::string text = joined(parts, kBetween);
  while (text.size() > room && parts.size() > 1) {
    parts.erase(std::min_element(
        parts.begin(), parts.end(), [](const Part& a, const Part& b) { return a.rank < b.rank; }));
    text = joined(parts, kBetween);
  }
  const auto share = figures.share();
  if (share && room >= kRoomForBar && text.size() + kShortestBar + 1 <= room) {
    text.insert(0, progress_bar(*share, std::min(kLongestBar, room - text.size() - 1)) + " ");
  }
  return shorten(text, room);
}

std::string progress_sentence(const Figures& figures) {
  const auto& total = figures.total;
  std::vector<Part> parts;
  if (const auto share = figures.share()) {
    parts.push_back({0, percent(*share)});
  }
  parts.push_back(
      {0,
       std::to_string(figures.done.count) +
           (total ? " of " + std::to_string(total->count) + " assets" : " assets done")});
  if (total ? total->weight > 0 : figures.done.weight > 0) {
    parts.push_back({0,
                     "weight " + format_weight_short(figures.done.weight) +
                         (total ? " of " + format_weight_short(total->weight) : "")});
  }
  if (figures.rate) {
    parts.push_back(
        {0,
         rate_number(figures.rate->count) + " assets/s" +
             (figures.rate->weight > 0 ? ", weight " + rate_number(figures.rate->weight) + "/s"
                                       : "")});
  }
  if (const auto left = figures.left()) {
    parts.push_back({0, coarse_duration(*left) + " left"});
  }
  parts.push_back({0, std::to_string(figures.running) + " running"});
  parts.push_back({0, std::to_string(figures.failed) + " failed"});
  if (figures.slowest) {
    parts.push_back({0,
                     "slowest batch " + std::to_string(figures.slowest->batch_id) + " for " +
                         coarse_duration(figures.slowest->running)});
  }
  return joined(parts, ", ");
}

}  // namespace tranche::runner
