#include "loop/command_files.hpp"

#include "log.hpp"

namespace tranche::runner {

std::string text_of(const nlohmann::json& value) {
  return value.is_string() ? value.get<std::string>()
                           : value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void tell_left_out(const std::string& what, std::int64_t lines, const std::string& first) {
  constexpr std::size_t kShown = 200;
  if (lines > 0) {
    log::warn(what + " are left out", {{"lines", lines}, {"first", first.substr(0, kShown)}});
  }
}

}  // namespace tranche::runner
