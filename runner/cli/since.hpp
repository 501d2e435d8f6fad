#pragma once

#include "tranche/units.hpp"

#include <string>
#include <variant>

namespace tranche::cli {

/// A point in time as people say it: "2026-01-01T00:00:00Z", or "2h" ago.
class Since {
 public:
  /// Errors: usage naming both forms.
  static Since parse(const std::string& text);
  TimePoint at(TimePoint now) const;

 private:
  std::variant<TimePoint, Duration> value_;
};

}  // namespace tranche::cli
