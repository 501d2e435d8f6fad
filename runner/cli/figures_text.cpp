#include "cli/figures_text.hpp"

#include "cli/people.hpp"
#include "progress/progress_text.hpp"

namespace tranche::cli {
namespace {

constexpr std::size_t kBar = 32;

std::string of_total(const std::string& done, const std::string& total) {
  return done + " of " + total;
}

std::string seconds_text(const Json& seconds) {
  return runner::coarse_duration(Duration(static_cast<std::int64_t>(seconds.get<double>() * 1000)));
}

}  // namespace

std::string progress_text(const Json& figures) {
  const double share = figures.at("progress").get<double>();
  return runner::progress_bar(share, kBar) + " " + runner::percent(share);
}

std::string done_text(const Json& figures) {
  return of_total(figures.at("done_count").dump(), figures.at("total_count").dump());
}

std::string done_weight_text(const Json& figures) {
  return of_total(short_weight(figures.at("done_weight")),
                  short_weight(figures.at("total_weight")));
}

std::string rate_text(const Json& figures) {
  const Json& count = figures.at("count_per_second");
  if (!count.is_number()) {
    return "-";
  }
  const double weight = figures.at("weight_per_second").get<double>();
  return runner::rate_number(count.get<double>()) + " assets/s" +
         (weight > 0 ? ", weight " + runner::rate_number(weight) + "/s" : "");
}

std::string left_text(const Json& figures) {
  const Json& left = figures.at("seconds_left");
  return left.is_number() ? seconds_text(left) : "-";
}

std::string slowest_text(const Json& figures) {
  const Json& slowest = figures.at("slowest");
  return slowest.is_null() ? "-"
                           : "batch " + slowest.at("batch_id").dump() + " for " +
                                 seconds_text(slowest.at("seconds"));
}

}  // namespace tranche::cli
