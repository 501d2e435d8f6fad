#include "say.hpp"

#include "tranche/database_url.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <unistd.h>

namespace tranche::adapters::openlineage {

void warn(std::string_view message) {
  std::string text = "adapter 'openlineage': " + redact_passwords(message);
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7F; }, ' ');
  const char* const format = std::getenv("TRANCHE_LOG_FORMAT");
  const std::string line = (format != nullptr && std::string_view(format) == "json"
                                ? nlohmann::json{{"level", "warning"}, {"message", text}}.dump(
                                      -1, ' ', false, nlohmann::json::error_handler_t::replace)
                                : "tranche: warning: " + text) +
                           "\n";
  // One write, so that lines of several do not mix. Nobody is left to hear that it failed.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace tranche::adapters::openlineage
