#include "cli/since.hpp"

#include "tranche/error.hpp"

namespace tranche::cli {

Since Since::parse(const std::string& text) {
  Since since;
  try {
    since.value_ = parse_duration(text, "--since");
    return since;
  } catch (const Error&) {
    // Not a duration; a time, then.
  }
  try {
    since.value_ = parse_time(text, "--since");
    return since;
  } catch (const Error&) {
    throw Error(ErrorCode::usage,
                "--since: '" + text +
                    "' is no time; accepted is a duration ago such as 90m or 2d, or a time such as "
                    "2026-01-01T00:00:00Z");
  }
}

TimePoint Since::at(TimePoint now) const {
  const auto* const ago = std::get_if<Duration>(&value_);
  return ago != nullptr ? now - *ago : std::get<TimePoint>(value_);
}

}  // namespace tranche::cli
