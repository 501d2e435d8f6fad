#include "bench.hpp"

#include <algorithm>
#include <cmath>
#include <iostream>

namespace tranche::bench {

double milliseconds_since(Clock::time_point begun) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begun).count();
}

double percentile(Latencies latencies, double share) {
  if (latencies.empty()) {
    return 0;
  }
  const auto rank =
      std::min(latencies.size() - 1,
               static_cast<std::size_t>(share * static_cast<double>(latencies.size())));
  const auto at = latencies.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(latencies.begin(), at, latencies.end());
  return rounded(*at);
}

double median(const Latencies& latencies) {
  return percentile(latencies, 0.5);
}

double rounded(double value) {
  return std::round(value * 1000) / 1000;
}

void say(const std::string& line) {
  std::cerr << "tranche-bench: " << line << '\n';
}

namespace {

void print_lines(const Figures& figures, const std::string& indent) {
  for (const auto& [name, value] : figures.items()) {
    if (value.is_structured()) {
      std::cout << indent << (figures.is_array() ? "-" : name + ":") << '\n';
      print_lines(value, indent + "  ");
    } else {
      std::cout << indent << name << std::string(name.size() < 22 ? 22 - name.size() : 1, ' ')
                << (value.is_string() ? value.get<std::string>() : value.dump()) << '\n';
    }
  }
}

}  // namespace

void print(const Figures& figures, const std::string& format) {
  if (format == "json") {
    std::cout << figures.dump(2) << '\n';
  } else {
    print_lines(figures, "");
  }
}

}  // namespace tranche::bench
